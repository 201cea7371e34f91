import type { LabToken } from '../../../shared/model/lab.ts'

/** What the signs among these tokens mean, each told only where it occurs. */
export function signsIn(tokens: readonly LabToken[]): string[] {
  const has = (test: (token: LabToken) => boolean): boolean => tokens.some(test)
  return [
    has(({ text, isSpecial }) => !isSpecial && text.includes('·')) && 'A dot is a space: it belongs to the token behind it.',
    has(({ text }) => /<[0-9A-F]{2}>/.test(text)) && 'What stands as <E2> is one byte of a character that takes several tokens.',
    has(({ piece }) => piece.startsWith('##')) && 'What begins with ## goes on the word before.',
    has(({ isSpecial }) => isSpecial) && 'Dashed edges are what the model puts round every text.',
    has(({ piece }) => piece === '[UNK]' || piece === '<unk>') &&
      'An unknown token stands for what the vocabulary does not have.',
  ].filter((sign) => sign !== false)
}
