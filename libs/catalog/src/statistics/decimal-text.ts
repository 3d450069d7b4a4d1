import type { DecimalNumber } from './column-statistics.ts';

/** More digits behind the point than any type has are written with an exponent: the text must not grow with the scale. */
const MAX_PLAIN_SCALE = 500;

const DECIMAL = /^(-?)(\d{1,700})(?:\.(\d{1,700}))?(?:[eE]([+-]?\d{1,10}))?$/;

/** Two's complement, big-endian. */
export function toInteger(bytes: Buffer): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}

/** The shortest two's complement that holds it, as Java's BigInteger writes it. */
export function fromInteger(value: bigint): Buffer {
  let size = 1;
  while (BigInt.asIntN(size * 8, value) !== value) size += 1;
  const hex = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0');
  return Buffer.from(hex, 'hex');
}

/** Exact; the scale can be read off it: `12.50`, `125E3`. */
export function decimalText({ unscaled, scale }: DecimalNumber): string {
  const value = toInteger(unscaled);
  if (scale === 0) return String(value);
  if (scale < 0 || scale > MAX_PLAIN_SCALE) return `${String(value)}E${String(-scale)}`;
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Undefined when it is no decimal. */
export function parseDecimal(text: string): DecimalNumber | undefined {
  const [, sign = '', integer, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (integer === undefined) return undefined;
  const magnitude = BigInt(integer + fraction);
  return {
    unscaled: fromInteger(sign === '' ? magnitude : -magnitude),
    scale: fraction.length - Number(exponent),
  };
}
