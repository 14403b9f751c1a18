import { toString } from 'qrcode';

/** Black on white with the quiet zone that cameras need: readable on a dark screen as well. */
export function qrSvgOf(text: string): Promise<string> {
  return toString(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
}
