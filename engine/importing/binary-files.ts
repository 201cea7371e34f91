import { isUtf16 } from './encodings.ts'

/** Kinds of files with nothing that can be read as text, in a person's words. */
const families = {
  picture: { name: 'a picture', advice: 'Run a text recognition on it and import what it makes' },
  audio: { name: 'a sound recording', advice: 'Import a transcript of it' },
  video: { name: 'a film', advice: 'Import a transcript or its subtitles' },
  archive: { name: 'an archive', advice: 'Unpack it and import the files inside' },
  office: { name: 'an office document', advice: 'Save it as PDF or HTML and import that' },
  book: { name: 'an electronic book', advice: 'Convert it to PDF or HTML and import that' },
  page: { name: 'a web page saved in one piece', advice: 'Save it as "HTML only" and import that' },
  mail: { name: 'a mailbox', advice: 'Export the messages as text and import those' },
  program: { name: 'a program', advice: null },
  data: { name: 'a data file of a program', advice: 'Export it as text and import that' },
} as const

export type BinaryFamily = (typeof families)[keyof typeof families]

const extensions: Readonly<Record<keyof typeof families, string>> = {
  picture:
    'png jpg jpeg jpe jfif gif bmp tif tiff webp avif heic heif ico icns psd ai eps raw cr2 nef arw dng xcf jp2 jxl sketch fig',
  audio: 'mp3 m4a aac flac ogg oga opus wav wma aif aiff mid midi amr',
  video: 'mp4 m4v mov avi mkv webm wmv flv mpg mpeg 3gp ogv vob mts m2ts',
  archive: 'zip gz tgz bz2 tbz xz txz zst lz4 7z rar tar cab iso dmg jar war apk deb rpm pkg msi img vmdk vdi qcow2',
  office:
    'doc docx docm dot dotx xls xlsx xlsm xlsb ppt pptx pptm odt ods odp odg pages numbers key rtf wpd one pub vsd vsdx xps',
  book: 'epub mobi azw azw3 kfx djvu lit fb2 cbz cbr',
  page: 'mht mhtml webarchive',
  mail: 'eml msg mbox pst ost',
  program: 'exe dll so dylib o a lib obj class pyc pyo wasm bin com app node elc',
  data: 'db sqlite sqlite3 db3 mdb accdb dbf dat pickle pkl npy npz parquet feather arrow h5 hdf5 mat rdata rds pt pth onnx safetensors gguf ttf otf woff woff2 eot swf blend fbx glb stl dwg dxf enex keystore p12 pfx der crt gpg pgp sig torrent',
}

const familyByExtension = new Map<string, BinaryFamily>(
  Object.entries(extensions).flatMap(([family, list]) =>
    list.split(' ').map((extension) => [extension, families[family as keyof typeof families]]),
  ),
)

/** Their bytes read as text, and what one would read is not what they say: encoded parts, markup of a program. */
const wrapped = new Set('eml mbox mht mhtml enex fb2 ps eps'.split(' '))

export function isWrappedText(extension: string): boolean {
  return wrapped.has(extension)
}

/** What kind of file an extension announces, when it is one with no text to read. */
export function binaryFamilyOfExtension(extension: string): BinaryFamily | null {
  return familyByExtension.get(extension) ?? null
}

const richText = '7b5c727466'

const signatures: readonly (readonly [hex: string, family: BinaryFamily, at?: number])[] = [
  ['504b0304', families.archive],
  ['504b0506', families.archive],
  ['1f8b08', families.archive],
  ['425a68', families.archive],
  ['fd377a585a00', families.archive],
  ['28b52ffd', families.archive],
  ['377abcaf271c', families.archive],
  ['526172211a07', families.archive],
  ['7573746172', families.archive, 257],
  ['d0cf11e0a1b11ae1', families.office],
  [richText, families.office],
  ['89504e470d0a1a0a', families.picture],
  ['ffd8ff', families.picture],
  ['474946383761', families.picture],
  ['474946383961', families.picture],
  ['49492a00', families.picture],
  ['4d4d002a', families.picture],
  ['57454250', families.picture, 8],
  ['38425053', families.picture],
  ['66747970', families.video, 4],
  ['1a45dfa3', families.video],
  ['494433', families.audio],
  ['664c6143', families.audio],
  ['4f676753', families.audio],
  ['57415645', families.audio, 8],
  ['7f454c46', families.program],
  ['4d5a90', families.program],
  ['cafebabe', families.program],
  ['cffaedfe', families.program],
  ['0061736d', families.program],
  ['53514c69746520666f726d6174203300', families.data],
  ['774f4646', families.data],
  ['774f4632', families.data],
  ['0001000000', families.data],
]

const zipFamilies: readonly (readonly [marker: string, family: BinaryFamily])[] = [
  ['mimetypeapplication/epub', families.book],
  ['mimetypeapplication/vnd.oasis', families.office],
  ['[Content_Types].xml', families.office],
  ['word/', families.office],
  ['xl/', families.office],
  ['ppt/', families.office],
]

/**
 * What the first bytes say that a file is, when they are the mark of a kind with no text to read. A mark of letters
 * counts only where what follows is no text: "GIF89a" may begin a sentence.
 */
export function binaryFamilyOfBytes(bytes: Uint8Array): BinaryFamily | null {
  const hex = Buffer.from(bytes.subarray(0, 300)).toString('hex')
  const [mark, family] = signatures.find(([mark, , at = 0]) => hex.startsWith(mark, at * 2)) ?? []
  if (mark === undefined || family === undefined) return null
  if (mark !== richText && isPrintable(mark) && looksLikeText(bytes)) return null
  if (family !== families.archive || !hex.startsWith('504b0304')) return family
  const start = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  return zipFamilies.find(([marker]) => start.includes(marker))?.[1] ?? family
}

function isPrintable(hex: string): boolean {
  return Buffer.from(hex, 'hex').every((byte) => byte >= 0x20 && byte < 0x7f)
}

const sampleLength = 64 * 1024
/** Texts carry a stray control character now and then; binary files are full of them. */
const bearableShare = 0.02

/** Whether bytes can be read as text in some encoding. Empty is text. */
export function looksLikeText(bytes: Uint8Array): boolean {
  if (isUtf16(bytes)) return true
  return [0, Math.max(0, (bytes.length - sampleLength) >> 1)].every((start) => {
    const sample = bytes.subarray(start, start + sampleLength)
    let odd = 0
    for (const byte of sample) if (isOddControl(byte)) odd++
    return odd <= 2 + sample.length * bearableShare
  })
}

/** Control characters but tab, line ends, form feed, backspace and escape, which logs and old texts use. */
function isOddControl(byte: number): boolean {
  return byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x08 && byte !== 0x1b
}
