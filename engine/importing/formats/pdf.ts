import type { ParsedDocument } from '../parse-result.ts'
import type { Format } from './format.ts'

export const pdf: Format = {
  name: 'PDF',
  extensions: ['pdf'],
  mediaTypes: ['application/pdf'],
  isText: false,
  recognises: (head) => /^\s*%PDF-\d/.test(Buffer.from(head.subarray(0, 100)).toString('latin1')),
  read: async (input): Promise<ParsedDocument> => (await import('../pdf/read-pdf.ts')).readPdf(input),
}
