/** A uuid that follows from a text (FNV-1a, four times with different beginnings). */
export function uuidLike(text: string): string {
  const hex = [0, 1, 2, 3]
    .map((salt) => {
      let h = 0x811c9dc5 ^ salt;
      for (const char of `${salt}${text}`) h = Math.imul(h ^ char.charCodeAt(0), 0x01000193) >>> 0;
      return h.toString(16).padStart(8, '0');
    })
    .join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
