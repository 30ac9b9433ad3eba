import "./keypad.css";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const LETTERS: Partial<Record<string, string>> = {
  2: "ABC",
  3: "DEF",
  4: "GHI",
  5: "JKL",
  6: "MNO",
  7: "PQRS",
  8: "TUV",
  9: "WXYZ",
  0: "+",
};

export function Keypad({ press, disabled }: { press: (digit: string) => void; disabled: boolean }) {
  return (
    <div className="keypad">
      {KEYS.map((key) => (
        <button
          key={key}
          type="button"
          className="button key"
          data-letters={LETTERS[key] ?? ""}
          disabled={disabled}
          onClick={() => press(key)}
        >
          {key}
        </button>
      ))}
    </div>
  );
}
