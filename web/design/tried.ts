import { createContext, useContext } from "react";

/** True in a form that somebody tried to send: from then on what is missing is said at its field. */
export const Tried = createContext(false);
export const useTried = (): boolean => useContext(Tried);
