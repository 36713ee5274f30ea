// The search form: what is empty stays out of the address, whoever sends it; so do two days that are not the choice, and
// the names of all dates and of two days, which need none.
document.getElementById("search-form")?.addEventListener("formdata", ({ formData }) => {
  const when = formData.get("when");
  if (when && when !== "dates") for (const name of ["from", "to"]) formData.delete(name);
  if (when === "all" || when === "dates") formData.delete("when");
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

// "Autour de moi": the position is rounded to two decimals (about a kilometre) before it leaves the device.
{
  for (const button of document.querySelectorAll("[data-near]")) {
    if (!("geolocation" in navigator)) continue;
    const { form } = button;
    const { place, lat, lon } = form.elements;
    const forget = () => {
      lat.disabled = lon.disabled = true;
      lat.value = lon.value = "";
    };
    button.hidden = false;
    place.addEventListener("input", forget);
    button.addEventListener("click", () => {
      button.disabled = true;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          button.disabled = false;
          lat.disabled = lon.disabled = false;
          lat.value = coords.latitude.toFixed(2);
          lon.value = coords.longitude.toFixed(2);
          place.value = "";
          form.requestSubmit();
        },
        () => {
          button.disabled = false;
          document.getElementById("toast").textContent = button.dataset.refused;
          place.focus();
        },
        { maximumAge: 600000, timeout: 10000 },
      );
    });
  }
}
