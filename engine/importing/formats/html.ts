import type { ParsedDocument } from '../parse-result.ts'
import type { Format } from './format.ts'

export const html: Format = {
  name: 'HTML',
  extensions: ['html', 'htm', 'xhtml', 'xht', 'shtml'],
  mediaTypes: ['text/html', 'application/xhtml+xml'],
  isText: true,
  recognises: startsAsHtml,
  read: async (input): Promise<ParsedDocument> => (await import('../html/read-html.ts')).readHtml(input),
}

const beginning =
  /^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[\s\S]{0,1000}?-->\s*){0,5}<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])/i

function startsAsHtml(head: Uint8Array): boolean {
  return beginning.test(
    Buffer.from(head)
      .toString('latin1')
      .replace(/^\xEF\xBB\xBF/, ''),
  )
}
