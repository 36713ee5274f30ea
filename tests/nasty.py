"""Questions that want to be expensive, or to break something: what anybody may write into a search."""

from __future__ import annotations

from urllib.parse import quote_from_bytes, urlencode

WORDS = (
    *("*", "*a*", "a*", "?????*", "????????", "[a TO z]", "{a TO z}", "[* TO *]", "title:*", "*:*"),
    *("a~9", "jardin~2", "jardin^1000", "/.*/", "/(a+)+$/", "\\", "\\\\*", '"', '""""', '"a"~9999'),
    *("(", ")", "(" * 200, ")" * 200, "((((a))))" * 20, "(a OR (b OR (c OR (d))))", "-", "--a"),
    *("-(-(-(-a)))", "-a -b -c -d", "- - - -", "OR", "OR OR OR", "a OR", "NOT a", "a AND NOT b"),
    *(" OR ".join(f"m{n}" for n in range(500)), "(" + " OR ".join("abcdefghijklm") + ")"),
    *(" ".join(["(a OR b OR c)"] * 12), " ".join(["jardin"] * 5000), "é" * 5000, "a" * 100_000),
    *("\u202ejardin\u202c", "\u200bjar\u200bdin", "\x01\x02\x03", "\t\r\n", "\ufeff", "\U0001f33b"),
    *("e\u0301" * 300, "\u0301" * 300, "ﬁ" * 200, "ǅ" * 200, "İ" * 200, "＂＊＂", "l'" * 100),
    *("S.A.M." * 60, "'" * 200, "’’’’", "#" * 200, "%00", "<script>", "${7*7}", "' OR 1=1 --"),
)
OTHERS = (
    *("radius=-1&lat=45&lon=4", "radius=0&lat=45&lon=4", "radius=40000&lat=45&lon=4"),
    *("radius=nan&lat=45&lon=4", "lat=91&lon=181", "lat=nan&lon=inf", "box=1,2", "box=9,9,-9,-9"),
    *("from=2031-01-01&to=2020-01-01", "from=9999-99-99", "page=1000000000", "page=-1", "page=1e9"),
    *("theme=" + "x" * 5000, "&".join(["theme=sport"] * 500), "sort=;drop", "place=" + "z" * 9999),
    *("q=" + quote_from_bytes(bytes(range(128, 256))), "q=%00", "q=%ED%A0%80", "q=%ff%fe", "q[]=a"),
)


def queries() -> list[str]:
    """All of them as they stand behind the question mark."""
    return [urlencode({"q": words}) for words in WORDS] + list(OTHERS)
