const AMOUNT = /^(\d{1,12})(?:[.,](\d{1,2}))?$/;

/** An amount in hundredths; null for what is none. Integers, because 0.1 + 0.2 is not 0.3. */
export function centsOf(text: string): bigint | null {
  const match = AMOUNT.exec(text.trim());
  if (!match) return null;
  return BigInt(match[1] ?? "0") * 100n + BigInt((match[2] ?? "").padEnd(2, "0"));
}

/** The exact sum of the amounts, as the server writes it; what is no amount counts nothing. */
export function totalOf(amounts: string[]): string {
  const cents = amounts.reduce((sum, amount) => sum + (centsOf(amount) ?? 0n), 0n);
  return `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
}

const written = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** "12345.60" in the user's way of writing numbers, without a detour over floating point. */
export function formatMoney(amount: string): string {
  return written.format(amount as `${number}`);
}
