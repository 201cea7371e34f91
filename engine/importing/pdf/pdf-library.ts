import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { AkinError } from '../../../shared/errors.ts'

/** The parts of PDF.js that are used here, in plain types: its own need the DOM. */
export interface PdfDocument {
  readonly numPages: number
  getPage(page: number): Promise<PdfPage>
  getMetadata(): Promise<{ info: Readonly<Record<string, unknown>>; metadata: { get(name: string): unknown } | null }>
  getOutline(): Promise<readonly PdfOutlineItem[] | null>
}

export interface PdfPage {
  /** `[left, bottom, right, top]` in points. */
  readonly view: readonly number[]
  getTextContent(): Promise<{
    items: readonly PdfTextItem[]
    styles: Readonly<Record<string, { vertical?: boolean }>>
  }>
  getAnnotations(): Promise<readonly PdfAnnotation[]>
  cleanup(): unknown
}

export interface PdfTextItem {
  readonly str: string
  readonly dir: string
  /** `[a, b, c, d, x, y]`. */
  readonly transform: readonly number[]
  readonly width: number
  readonly height: number
  readonly fontName: string
  /** True when the line ends after it. */
  readonly hasEOL: boolean
}

export interface PdfAnnotation {
  readonly subtype?: string
  readonly fieldType?: string
  readonly fieldValue?: unknown
  readonly rect: readonly number[]
  /** Only web addresses. */
  readonly url?: string
  readonly contentsObj?: { readonly str?: string }
  readonly password?: boolean
  readonly hidden?: boolean
}

export interface PdfOutlineItem {
  readonly title: string
  readonly items: readonly PdfOutlineItem[]
}

/** The folder of `pdfjs-dist` with fonts and character maps; `AKIN_PDFJS_FOLDER` where a bundle keeps it elsewhere. */
function resourceFolder(): string {
  return process.env['AKIN_PDFJS_FOLDER'] ?? dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
}

export interface OpenPdf {
  readonly document: PdfDocument
  /** Frees what the document holds. */
  close(): Promise<void>
}

/**
 * Opens a PDF without a browser, a canvas, scripts or the network.
 *
 * @param bytes copied: PDF.js keeps what it is given
 * @throws AkinError `encrypted`, `damaged-file`
 */
export async function openPdf(bytes: Uint8Array, password: string | undefined): Promise<OpenPdf> {
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const folder = resourceFolder()
  const task = getDocument({
    data: new Uint8Array(bytes),
    ...(password === undefined ? {} : { password }),
    standardFontDataUrl: `${folder}${sep}standard_fonts${sep}`,
    cMapUrl: `${folder}${sep}cmaps${sep}`,
    cMapPacked: true,
    disableFontFace: true,
    useSystemFonts: false,
    useWasm: false,
    useWorkerFetch: false,
    verbosity: 0,
  })
  try {
    const document = (await task.promise) as unknown as PdfDocument
    return { document, close: async () => task.destroy() }
  } catch (cause) {
    await task.destroy()
    throw openingError(cause, password !== undefined)
  }
}

function openingError(cause: unknown, hasPassword: boolean): AkinError {
  if ((cause as Error).name === 'PasswordException') {
    return new AkinError('encrypted', hasPassword ? 'The password is not the right one' : 'The PDF is locked with a password', {
      advice: hasPassword ? 'Try another password' : 'Save a copy without the password in a PDF program, then import that',
    })
  }
  return damagedPdf(cause)
}

export function damagedPdf(cause: unknown): AkinError {
  return new AkinError('damaged-file', 'The PDF is damaged', {
    advice: 'Open it in a PDF program, save it anew and import that',
    details: { error: (cause as Error).message },
    cause,
  })
}
