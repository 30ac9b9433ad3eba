import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { startWords } from "./words/words.ts";
import "./design/tokens.css";
import "./design/base.css";

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has no element with the id root");
await startWords();
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
