import { useEffect, useState } from "react";

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

export function PhoneNumber({ value }: { value: string }) {
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
  return shown === null || !value.startsWith("+") ? value : shown(value);
}
