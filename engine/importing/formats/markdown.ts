import type { ParsedDocument } from '../parse-result.ts'
import type { Format } from './format.ts'

export const markdown: Format = {
  name: 'Markdown',
  extensions: ['md', 'markdown', 'mdown', 'mkd', 'mkdn', 'mdx', 'qmd', 'rmd'],
  mediaTypes: ['text/markdown', 'text/x-markdown'],
  isText: true,
  read: async (input): Promise<ParsedDocument> => (await import('../markdown/read-markdown.ts')).readMarkdown(input),
}
