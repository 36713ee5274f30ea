"""French as volunteers write it: plain tables, made for this portal and kept short.

Keys are lower case. STOP_WORDS, SINGULARS and FAMILIES are in folded form (no accents).
"""


def _table(words: str) -> frozenset[str]:
    """The words of a table, which reads better as text than as a list."""
    return frozenset(words.split())


STOP_WORDS = _table("""
    a afin ai ainsi alors apres as assez au aucun aucune aujourd'hui auquel aura auront aussi autre
    autres aux auxquels avant avec avez avoir avons ayant c car ce ceci cela celle celles celui
    cependant ces cet cette ceux chaque chez ci comme comment d dans de depuis des desormais dont
    du duquel elle elles en encore entre es est et etaient etait etant etes etre eu eux fait faites
    fois font furent hors hui ici il ils j je jusqu jusque l la laquelle le lequel les lesquels
    leur leurs lors lorsque lui m ma mais malgre me meme memes mes moi moins mon n ne ni nos notre
    nous on ont ou par parmi pas pendant peu peut peuvent peux plus plusieurs plutot pour pourquoi
    pourra pourrez presque puis puisque qu quand que quel quelle quelles quelqu quelque quelques
    quels qui quoi s sa selon sera serez seront ses si sien soit sommes son sont sous souvent
    suis sur t ta tandis te tel telle tels tes toi ton toujours tous tout toute toutes tres tu un
    une unes uns vers voici voila vont vos votre vous vu y
""")

# A word whose accents alone tell it from a stop word.
NOT_STOP_WORDS = frozenset({"maïs", "dés", "sûr", "mûr"})

# On a portal where all is volunteering these say no more than "je": a question is not asked by them, though offers are
# found by their other forms ("aide aux devoirs").
ASKING = _table("""
    benevole benevoles benevolat aider aimerais aimerions cherche chercher cherchons contre devenir
    envie faire mission missions recherche souhaite souhaitons souhaiterais trouver veux voudrais voulons
""")

ELISIONS = _table("c d j jusqu l lorsqu m n puisqu qu quelqu quoiqu s t")
KEPT_WHOLE = frozenset({"presqu'ile", "presqu'iles", "prud'homme", "prud'hommes"})

# Expressions that people type with a blank for the hyphen that makes one word of them.
HYPHENATED = frozenset({"sans-abri", "sans-abris", "sans-logis", "sans-papiers"})

SINGULARS = {
    "yeux": "oeil",
    "travaux": "travail",
    "vitraux": "vitrail",
    "baux": "bail",
    "coraux": "corail",
    "emaux": "email",
    "aieux": "aieul",
    "cieux": "ciel",
    "messieurs": "monsieur",
    "mesdames": "madame",
    "bijoux": "bijou",
    "cailloux": "caillou",
    "choux": "chou",
    "genoux": "genou",
    "hiboux": "hibou",
    "joujoux": "joujou",
    "poux": "pou",
    "lieux": "lieu",
    "jeux": "jeu",
    "feux": "feu",
    "adieux": "adieu",
    "cheveux": "cheveu",
    "neveux": "neveu",
    "enjeux": "enjeu",
    "voeux": "voeu",
    "milieux": "milieu",
    "essieux": "essieu",
    "sans": "sans",
    "os": "os",
    "bus": "bus",
    "colis": "colis",
    "cours": "cours",
    "corps": "corps",
    "repas": "repas",
    "temps": "temps",
    "secours": "secours",
    "parcours": "parcours",
    "discours": "discours",
    "concours": "concours",
    "avis": "avis",
    "bras": "bras",
    "dos": "dos",
    "fils": "fils",
    "tapis": "tapis",
    "recours": "recours",
    "acces": "acces",
    "proces": "proces",
    "succes": "succes",
    "progres": "progres",
}

# Words that a stemmer would throw together with others: the stem they get instead.
STEMS = {
    "communication": "communicat",
    "importance": "importanc",
    "general": "general",
    "generation": "generation",
    "organe": "organe",
    "universite": "universit",
    "refugie": "refugie",  # and not a refuge, where animals are
    "refugiee": "refugie",
    "cours": "cours",  # a lesson; neither a race, nor running, nor a courtyard
    "course": "course",
    "cour": "cour",
    "courir": "courir",
    "courant": "courant",
}

# -aux that is not the plural of -al.
AUX = _table("""
    eaux faux taux chaux noyaux tuyaux boyaux joyaux fleaux
""")

# Nouns of one family, and the verb, that a stemmer keeps apart: the first names the family.
FAMILIES = (
    "jardin jardins jardinage jardiner jardinier jardiniere jardiniers jardinieres",
    "bricolage bricoler bricoleur bricoleuse bricoleurs bricoleuses",
    "cuisine cuisiner cuisinier cuisiniere cuisiniers cuisinieres cuisines",
    "lecture lire lecteur lectrice lecteurs lectrices lectures",
    "distribution distribuer distributeur distributrice distributions distribue",
    "collecte collecter collectes collecteur collectrice collectage",
    "accompagnement accompagner accompagnateur accompagnatrice accompagnant accompagnateurs",
    "animation animer animateur animatrice animateurs animatrices animations",
    "benevolat benevole benevoles benevolement",
    "nettoyage nettoyer nettoyages nettoie nettoyons",
    "formation former formateur formatrice formateurs formatrices formations",
    "enseignement enseigner enseignant enseignante enseignants enseignantes",
    "traduction traduire traducteur traductrice traducteurs traductrices traductions",
    "visite visiter visites visiteur visiteuse visiteurs visiteuses",
    "recyclage recycler recyclerie recycleries recyclages",
    "reparation reparer reparateur reparatrice reparations",
    "plantation planter plantations plantage",
    "maraude marauder maraudes maraudeur maraudeuse maraudeurs",
    "tutorat tuteur tutrice tuteurs tutrices",
    "parrainage parrainer parrain parrains marraine marraines parrainages",
    "secourisme secouriste secouristes",
    "sport sports sportif sportive sportifs sportives",
    "couture coudre couturier couturiere couturieres",
    "vente vendre vendeur vendeuse vendeurs vendeuses ventes",
    "accueil accueillir accueillant accueils",
    "tri trier tris triage trieur trieuse",
    "ecoute ecouter ecoutant ecoutante ecoutants ecoutes",
    "peinture peindre peintre peintres peintures",
    "musique musical musicale musicien musicienne musiciens musiques musicaux",
    "danse danser danseur danseuse danseurs danses",
    "chant chanter chanteur chanteuse chanteurs chants chorale",
    "alphabetisation alphabetiser",
    "informatique informaticien informaticienne informaticiens informatiques",
    "ecriture ecrire ecrivain ecrivaine ecrivains",
    "hebergement heberger hebergeur hebergements",
    "conduite conduire conducteur conductrice conducteurs",
    "protection proteger protecteur protectrice",
    "restauration restaurer restaurateur restaurations",
    "marche marcher marcheur marcheuse marcheurs",
    "randonnee randonner randonneur randonneuse randonneurs randonnees",
    "don donner donneur donneuse donateur donatrice dons donateurs donneurs",
    "aide aider aidant aidante aidants aides",
    "handicap handicape handicapee handicapes handicapees",
    "migrant migrante migrants migration migrations migrantes",
    "solidarite solidaire solidaires solidairement",
    "ecologie ecologique ecologiste ecologiques ecolo ecologistes",
    "nature naturel naturelle naturels naturelles naturaliste naturalistes",
    "communication communiquer communicant communications",
    "redaction rediger redacteur redactrice redacteurs redactions",
    "photo photos photographie photographe photographier photographies photographes",
    "gestion gerer gestionnaire gestionnaires",
    "comptabilite comptable comptables comptabilites compta",
    "transport transporter transports transporteur transporteuse",
    "livraison livrer livreur livreuse livreurs livraisons",
    "education educatif educative eduquer educateur educatrice educateurs educatifs",
    "culture culturel culturelle culturels culturelles cultures",
    "medecine medical medicale medecin medecins medicaux",
    "hopital hopitaux hospitalier hospitaliere hospitaliers",
    "scolarite scolaire scolaires ecole ecoles ecolier ecoliers",
    "famille familles familial familiale familiaux",
    "numerique numeriques numerisation",
    "promenade promener promenades promeneur promeneuse promeneurs",
    "comptage compter comptages",
    "recensement recenser recensements recenseur recenseuse recenseurs",
    "ramassage ramasser ramassages ramasse ramasseur ramasseuse ramasseurs",
    "apprentissage apprendre apprenant apprenante apprenants apprentissages",
    "inscription inscrire inscriptions",
    "election electoral electorale electorales elections electoraux electeur electrice electeurs",
    "demenagement demenager demenagements demenageur demenageurs",
    "adoption adopter adoptions adoptant adoptants",
)

# Groups of expressions that mean the same need; each finds the others, with a lower weight.
SYNONYMS = (
    ("personnes âgées", "seniors", "aînés", "troisième âge"),
    ("sans-abri", "sdf", "sans domicile fixe", "personnes à la rue"),
    ("aide aux devoirs", "soutien scolaire", "accompagnement scolaire"),
    ("devoirs", "soutien scolaire"),
    ("réfugiés", "demandeurs d'asile", "exilés", "migrants"),
    ("ehpad", "maison de retraite"),
    ("malvoyants", "déficients visuels", "aveugles"),
    ("malentendants", "sourds", "déficients auditifs"),
    (
        "alphabétisation",
        "français langue étrangère",
        "fle",
        "apprentissage du français",
        "cours de français",
        "français aux réfugiés",
        "français aux exilés",
        "français aux migrants",
        "français aux étrangers",
        "français aux demandeurs d'asile",
        "enseigner le français",
    ),
    ("potager", "jardin partagé"),
    ("banque alimentaire", "aide alimentaire", "épicerie solidaire"),
    ("maraude", "tournée de rue"),
    ("vélo", "bicyclette", "cyclisme"),
    ("premiers secours", "secourisme"),
    ("ados", "adolescents"),
    ("spa", "protection animale", "refuge pour animaux", "animaux du refuge", "refuge"),
    ("déchets", "ordures", "détritus"),
    ("ramassage de déchets", "cleanup", "nettoyage de la nature"),
    ("visites à domicile", "visites de convivialité"),
    ("foot", "football"),
    ("bibliothèque", "médiathèque"),
    ("balade", "promenade"),
    ("chauffeur", "conducteur"),
    (
        "conduire des malades",
        "transport de malades",
        "transport de patients",
        "conduire une personne à ses soins",
        "accompagner une personne chez le médecin",
        "accompagner aux rendez-vous médicaux",
    ),
    ("fauteuil roulant", "fauteuil"),
    ("compter", "recenser"),
    ("informatique", "ordinateurs"),
    ("réparer", "remettre en état", "reconditionner"),
)
