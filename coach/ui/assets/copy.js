// The clipboard, with the old way where the page is not served from a trustworthy address.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.cssText = "position:fixed;opacity:0";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const said = parentElement.querySelector("[role=status]");
  button.textContent = data.label;
  said.textContent = "";
  button.onclick = async () => {
    const done = await copied(data.text);
    said.textContent = done ? "Copiato: ora incollalo dove serve." : "Non riesco a copiare: seleziona il testo a mano.";
    button.focus();
  };
}
