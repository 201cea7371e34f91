import { describe, expect, it } from 'vitest'
import { toIsoDate } from '../../../engine/importing/dates.ts'
import { languageTag } from '../../../engine/importing/language-tag.ts'
import { detectLanguage } from '../../../engine/importing/language.ts'
import { LinkList, safeHref, safeImageSrc } from '../../../engine/importing/links.ts'
import { cleanTitle, readsAsTitle, titleFromName } from '../../../engine/importing/titles.ts'
import { countWords } from '../../../engine/importing/word-count.ts'

describe('titleFromName', () => {
  it.each([
    ['notes/2024/meeting-notes_2024-01-05.md', 'meeting notes 2024-01-05'],
    ['Quarterly report.pdf', 'Quarterly report'],
    ['C:\\papers\\some_paper-v2.pdf', 'some paper v2'],
    ['.gitignore', '.gitignore'],
    ['archive.tar.gz', 'archive.tar'],
    ['日本語.txt', '日本語'],
    ['A - B.md', 'A - B'],
  ])('reads %s as %s', (name, title) => {
    expect(titleFromName(name)).toBe(title)
  })

  it('is never empty', () => {
    expect(titleFromName('')).toBe('Untitled')
    expect(titleFromName('___')).toBe('___')
  })
})

describe('cleanTitle', () => {
  it('is one line of a bearable length', () => {
    expect(cleanTitle('  A\n title\u0000 ')).toBe('A title')
    expect(cleanTitle('word '.repeat(200)).length).toBeLessThanOrEqual(200)
    expect(cleanTitle('😀'.repeat(200)).isWellFormed()).toBe(true)
  })
})

describe('readsAsTitle', () => {
  it.each(['On keeping bees', 'What is memory?', '関数について', 'Notes, second part'])('takes %s', (line) => {
    expect(readsAsTitle(line)).toBe(true)
  })

  it.each(['- a list item', '1. First', 'Dear Ann,', 'It rained all day.', 'https://a.example/', '12345', 'x'.repeat(120), ''])(
    'does not take %s',
    (line) => {
      expect(readsAsTitle(line)).toBe(false)
    },
  )
})

describe('toIsoDate', () => {
  it.each([
    ['2024-01-05', '2024-01-05'],
    ['2024/1/5', '2024-01-05'],
    ['20240105', '2024-01-05'],
    ['5.1.2024', '2024-01-05'],
    ['5 January 2024', '2024-01-05'],
    ['January 5th, 2024', '2024-01-05'],
    ['2024-01-05 10:30', '2024-01-05'],
    ['2024-01-05T10:30:00Z', '2024-01-05T10:30:00.000Z'],
    ['2024-01-05T10:30:00.250+02:00', '2024-01-05T08:30:00.250Z'],
    ['Fri, 05 Jan 2024 10:30:00 +0200', '2024-01-05T08:30:00.000Z'],
    ["D:20240105103000+02'00'", '2024-01-05T08:30:00.000Z'],
    ['D:2024', '2024-01-01'],
    [1_704_450_600, '2024-01-05T10:30:00.000Z'],
    [1_704_450_600_000, '2024-01-05T10:30:00.000Z'],
  ])('reads %s as %s', (written, date) => {
    expect(toIsoDate(written)).toBe(date)
  })

  it.each(['', 'yesterday', '2024-02-30', '05/06/2024', 'May', '0000-00-00', 'version 3.2 of 1.0', null, {}, 'x'.repeat(200)])(
    'finds no date in %s',
    (written) => {
      expect(toIsoDate(written)).toBeNull()
    },
  )
})

describe('languageTag', () => {
  it.each([
    ['EN_us', 'en-US'],
    ['de', 'de'],
    ['pt-br, en', 'pt-BR'],
    ['zh-hans-cn', 'zh-Hans-CN'],
    ['C', null],
    ['und', null],
    ['', null],
    ['1234', null],
    [undefined, null],
  ])('reads %s as %s', (written, tag) => {
    expect(languageTag(written)).toBe(tag)
  })
})

describe('detectLanguage', () => {
  it.each([
    ['en', 'The harbour was empty when the ferry came in, and nobody was there to meet us at the pier.'],
    ['de', 'Der Hafen war leer, als die Fähre ankam, und niemand wartete am Steg auf uns.'],
    ['fr', 'Le port était vide quand le bac est arrivé, et personne ne nous attendait sur le quai.'],
    ['zh', '渡轮到达时港口空无一人，没有人在码头等我们。'],
    ['ru', 'Гавань была пуста, когда пришёл паром, и никто не ждал нас на причале.'],
  ])('knows %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language)
  })

  it('does not guess from a word or two, numbers or nothing', () => {
    for (const text of ['', 'Hotel', '12 345 67 89 '.repeat(50), '{}[]();']) expect(detectLanguage(text)).toBeNull()
  })

  it('is not misled by a title page in capitals and names', () => {
    const front = 'GAL, EICH, SHAVER, ANDERSON, MANDELIN, HAGHIGHAT, KAPLAN, HOARE, ZBARSKY, ORENDORFF, RUDERMAN. '.repeat(6)
    const body = 'Compilers for statically typed languages rely on type information to generate efficient machine code. '.repeat(
      60,
    )
    expect(detectLanguage(front + body)).toBe('en')
  })
})

describe('countWords', () => {
  it.each([
    ["Don't count 3.14 twice, well-known words.", 6],
    ['Größe und Übung', 3],
    ['今天天气很好', 6],
    ['日本語 and English', 5],
    ['สวัสดีครับ', 2],
    ['안녕하세요 여러분', 2],
    ['', 0],
    ['… — ?', 0],
  ])('counts %s', (text, count) => {
    expect(countWords(text)).toBe(count)
  })
})

describe('safeHref', () => {
  it.each([
    ['https://a.example/x y', 'https://a.example/x%20y'],
    ['mailto:ann@a.example', 'mailto:ann@a.example'],
    ['/path', 'https://base.example/path'],
    ['//cdn.example/x', 'https://cdn.example/x'],
  ])('allows %s', (raw, href) => {
    expect(safeHref(raw, 'https://base.example/dir/')).toBe(href)
  })

  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'http://[',
    '',
  ])('refuses %s', (raw) => {
    expect(safeHref(raw, 'https://base.example/')).toBeNull()
  })

  it('has nothing to resolve a relative address with when there is no base', () => {
    expect(safeHref('page.html')).toBeNull()
  })
})

describe('safeImageSrc', () => {
  it.each([
    ['pictures/a.png', 'pictures/a.png'],
    ['https://a.example/a.png', 'https://a.example/a.png'],
    ['//a.example/a.png', 'https://a.example/a.png'],
    ['data:image/png;base64,AAAA', 'data:image/png;base64,AAAA'],
  ])('allows %s', (raw, src) => {
    expect(safeImageSrc(raw)).toBe(src)
  })

  it.each([
    'data:text/html,<b>',
    'javascript:x',
    'file:///a.png',
    'C:\\a.png',
    '/etc/passwd',
    `data:image/png;base64,${'A'.repeat(70_000)}`,
  ])('refuses %.40s', (raw) => {
    expect(safeImageSrc(raw)).toBeNull()
  })
})

describe('LinkList', () => {
  it('keeps each link once, in order, and a bounded number', () => {
    const links = new LinkList()
    links.add('url', 'https://b.example/')
    links.add('wiki', 'https://b.example/')
    links.add('url', 'https://b.example/')
    expect(links.all()).toEqual([
      { kind: 'url', target: 'https://b.example/' },
      { kind: 'wiki', target: 'https://b.example/' },
    ])
    for (let i = 0; i < 20_000; i++) links.add('url', `https://b.example/${i}`)
    expect(links.all().length).toBeLessThanOrEqual(5_000)
  })
})
