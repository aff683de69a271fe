// What Streamlit does not do by itself: to learn what is typed before a text area loses the focus,
// to speak Italian, and to close a menu that covers the page. Without this script the page still
// works.

const PAUSE = 700; // milliseconds without a key

// Streamlit's own words, where they cannot be hidden. Only its own parts are translated: a draft
// may well hold the word "Upload".
const OWN_PARTS =
  "[data-testid=stFileUploader], [data-testid=stFileUploaderFile], [data-testid=stSidebar]," +
  "[data-testid=stHeader], [data-testid=stDialog], [role=dialog], [data-testid=stToast]," +
  "[data-testid=stSelectbox], [data-testid=stSelectboxVirtualDropdown], [data-live-announcer]," +
  "[data-testid=stDateInputCalendar]";
// Parts that may hold the person's words, of which only the label is Streamlit's.
const OWN_LABELS =
  "[data-testid=stChatMessageContent], [data-testid=stChatInput] *, [data-testid=stTextInput] *," +
  "[data-testid=stTooltipIcon] *, [data-testid=stDateInput] *";
const WORDS = {
  "Add files": "Aggiungi altri file",
  "App pages": "Pagine",
  "Choose an option": "Scegli",
  "Choose date": "Scegli il giorno",
  "Clear entry": "Svuota la casella",
  "Clear value": "Svuota",
  "Close": "Chiudi",
  "Collapse sidebar": "Chiudi il menu",
  "Connection error": "Connessione interrotta",
  "Connection lost. Please wait for the app to reconnect, then try again.":
    "La connessione si è interrotta: aspetta che la pagina si ricolleghi, poi riprova.",
  "Dismiss": "Chiudi",
  "Drag and drop a file here": "Lascia qui il file",
  "Drag and drop files here": "Lascia qui i file",
  "Click to retry upload": "Premi per caricarlo di nuovo",
  "Error uploading file": "Il file non si è caricato",
  "Expand sidebar": "Apri il menu",
  "Next month": "Mese dopo",
  "No results": "Nessun risultato",
  "Open": "Apri",
  "Page not found": "Questa pagina non c'è",
  "Please wait...": "Un attimo…",
  "Previous month": "Mese prima",
  "Send message": "Invia",
  "Sidebar": "Menu",
  "Skip to main content": "Vai al contenuto",
  "Upload": "Scegli i file",
  "Upload failed": "Il caricamento non è riuscito",
  "file upload": "caricamento dei file",
};
const PATTERNS = [
  [/^(\S+?)\s*([KMG]B) per file/, "Fino a $1 $2 l'uno"],
  [/^(.*) files are not allowed\.$/, "I file di questo tipo ($1) non si possono aggiungere."],
  [/^File must be (.*) or smaller\.$/, "Il file deve essere al massimo di $1."],
  [/^Choose date, (.*)$/, "Scegli il giorno, $1"],
  [/^day, (.*)$/, "giorno, $1"],
  [/^month, (.*)$/, "mese, $1"],
  [/^year, (.*)$/, "anno, $1"],
  [/^Chat message from (.*)$/, "Messaggio: $1"],
  [/^Help for (.*)$/, "Aiuto su: $1"],
  [/^1 option available\.$/, "1 scelta possibile."],
  [/^(\d+) options available\.$/, "$1 scelte possibili."],
  [/^(.+), selected$/, "$1, scelto"],
  [/^Cancel upload of (.*)$/, "Ferma il caricamento di $1"],
  [/^Remove (.*)$/, "Togli $1"],
  [/^Is Streamlit still running\?.*/, "Il programma è ancora in esecuzione?"],
];

function inItalian(words) {
  const plain = words.trim();
  if (Object.hasOwn(WORDS, plain)) return words.replace(plain, WORDS[plain]);
  for (const [pattern, italian] of PATTERNS)
    if (pattern.test(plain)) return plain.replace(pattern, italian);
  return words;
}

function translate(root) {
  if (root.nodeType === Node.TEXT_NODE) {
    if (root.parentElement?.closest(OWN_PARTS)) {
      const italian = inItalian(root.nodeValue);
      if (italian !== root.nodeValue) root.nodeValue = italian;
    }
    return;
  }
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  const label = root.getAttribute("aria-label");
  if (label && (root.closest(OWN_PARTS) || root.matches(OWN_LABELS))) {
    const italian = inItalian(label);
    if (italian !== label) root.setAttribute("aria-label", italian);
  }
  root.childNodes.forEach(translate);
}

function followTyping(keys) {
  const timers = new Map();
  const commit = (area) =>
    area.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", code: "Enter", ctrlKey: true, bubbles: true }),
    );
  const typed = (event) => {
    const area = event.target;
    const wanted = keys.some((key) => area.closest?.(`.st-key-${key}`));
    if (area.tagName !== "TEXTAREA" || !wanted || event.isComposing) return;
    clearTimeout(timers.get(area));
    timers.set(area, setTimeout(() => commit(area), PAUSE));
  };
  document.addEventListener("input", typed);
  return () => {
    document.removeEventListener("input", typed);
    timers.forEach(clearTimeout);
  };
}

// Where the menu lies over the page, choosing from it closes it.
function closeMenu() {
  const chosen = (event) => {
    if (!event.target.closest?.("[data-testid=stSidebarNavLink]")) return;
    if (matchMedia("(max-width: 767px)").matches)
      document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
  };
  document.addEventListener("click", chosen);
  return () => document.removeEventListener("click", chosen);
}

export default function ({ data }) {
  document.documentElement.lang = "it";
  translate(document.body);
  const observer = new MutationObserver((changes) => {
    for (const change of changes)
      if (change.type === "childList") change.addedNodes.forEach(translate);
      else translate(change.target);
  });
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ["aria-label"],
  });
  const unfollow = followTyping(data.follow);
  const unclose = closeMenu();
  return () => {
    observer.disconnect();
    unfollow();
    unclose();
  };
}
