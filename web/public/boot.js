// Runs before the first paint, so that neither theme nor language flashes. A file, not an inline script: the content
// security policy allows none.
(() => {
  const root = document.documentElement;
  let theme = null;
  let language = null;
  try {
    theme = localStorage.getItem("callhouse.theme");
    language = localStorage.getItem("callhouse.language");
  } catch {
    // Storage is switched off: the system's own choice stands.
  }
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  const chinese = language === "zh" || (language === null && !navigator.language.toLowerCase().startsWith("en"));
  root.lang = chinese ? "zh-CN" : "en";
})();
