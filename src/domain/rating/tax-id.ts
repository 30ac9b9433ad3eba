/**
 * Tax identities by form and check character. A number that fails here was mistyped; one that passes need not exist.
 */

/** Letters of the unified social credit code, GB 32100-2015: without I, O, S, V and Z. Its value is its place. */
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** 统一社会信用代码: 18 characters, the last of which checks the others (GB 32100-2015, modulus 31). */
export function isCreditCode(text: string): boolean {
  if (!/^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(text)) return false;
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * ALPHABET.indexOf(text.charAt(at)), 0);
  return ALPHABET.charAt((31 - (sum % 31)) % 31) === text.charAt(17);
}

/** Forms of VAT numbers by country, from the European Commission's VIES list; Greece writes EL, Northern Ireland XI. */
function vatForm(country: string): RegExp | null {
  switch (country) {
    case "DK":
    case "FI":
    case "HU":
    case "LU":
    case "MT":
    case "SI":
      return /^[0-9]{8}$/;
    case "DE":
    case "EE":
    case "EL":
    case "PT":
      return /^[0-9]{9}$/;
    case "PL":
    case "SK":
      return /^[0-9]{10}$/;
    case "HR":
    case "IT":
    case "LV":
      return /^[0-9]{11}$/;
    case "SE":
      return /^[0-9]{12}$/;
    case "AT":
      return /^U[0-9]{8}$/;
    case "BE":
      return /^[01][0-9]{9}$/;
    case "BG":
      return /^[0-9]{9,10}$/;
    case "CY":
      return /^[0-9]{8}[A-Z]$/;
    case "CZ":
      return /^[0-9]{8,10}$/;
    case "ES":
      return /^[0-9A-Z][0-9]{7}[0-9A-Z]$/;
    case "FR":
      return /^[0-9A-HJ-NP-Z]{2}[0-9]{9}$/;
    case "GB":
    case "XI":
      return /^([0-9]{9}|[0-9]{12}|GD[0-9]{3}|HA[0-9]{3})$/;
    case "IE":
      return /^([0-9]{7}[A-W][A-I]?|[0-9][A-Z+*][0-9]{5}[A-W])$/;
    case "LT":
      return /^([0-9]{9}|[0-9]{12})$/;
    case "NL":
      return /^[0-9]{9}B[0-9]{2}$/;
    case "RO":
      return /^[0-9]{2,10}$/;
    default:
      return null;
  }
}

/** A VAT number with its country in front, as it stands on an invoice: `DE123456789`. */
export function isVatId(text: string): boolean {
  return vatForm(text.slice(0, 2))?.test(text.slice(2)) ?? false;
}
