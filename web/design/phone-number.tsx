import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

type Shown = (e164: string) => string;
let format: Shown | null = null;

/** The numbering plans are large: they come after the first paint, and until then a number stands as it was sent. */
async function load(): Promise<Shown> {
  const { default: parse } = await import("libphonenumber-js/min");
  return (e164) => {
    const number = parse(e164);
    return number === undefined ? e164 : number.formatInternational();
  };
}

/** Carriers send a word or nothing for a caller who withholds the number; an address has its sign. */
export function isWithheld(from: string): boolean {
  return !/[0-9@]/.test(from);
}

/** Makes a number readable, wherever it stands in a sentence. */
export function usePhoneText(): (value: string) => string {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown | null>(() => format);
  useEffect(() => {
    if (format !== null) return;
    let alive = true;
    void load().then((loaded) => {
      format = loaded;
      if (alive) setShown(() => loaded);
    });
    return () => {
      alive = false;
    };
  }, []);
  return (value) => {
    if (isWithheld(value)) return t("app.withheld");
    return shown === null || !value.startsWith("+") ? value : shown(value);
  };
}

export function PhoneNumber({ value }: { value: string }) {
  return usePhoneText()(value);
}
