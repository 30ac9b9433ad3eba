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

  // A script that does not come (an old page after a new version, a network that cuts) would leave an empty window.
  const LOST_AFTER_MS = 8_000;
  addEventListener("load", () => {
    setTimeout(() => {
      const place = document.getElementById("root");
      if (place === null || place.childElementCount > 0) return;
      const words = document.createElement("p");
      words.setAttribute("role", "alert");
      words.textContent = chinese ? "页面没有加载完整。" : "This page did not load completely. ";
      const again = document.createElement("button");
      again.textContent = chinese ? "刷新" : "Reload";
      again.addEventListener("click", () => location.reload());
      words.append(again);
      place.append(words);
    }, LOST_AFTER_MS);
  });
})();
