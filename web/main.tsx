import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
// First of all, so that each page's own rules come after the common ones.
import "./design/tokens.css";
import "./design/base.css";
import { App } from "./app.tsx";
import { startWords } from "./words/words.ts";

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has no element with the id root");
await startWords();
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
