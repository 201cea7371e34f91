import { describe, expect, it } from 'vitest'
import { marksOf, outline, parsed } from './parsed.ts'

const note = (text: string): ReturnType<typeof parsed> => parsed(text, 'a-note.md')

describe('Markdown', () => {
  it('keeps headings, paragraphs, lists, quotes, code and rules as blocks', async () => {
    const document = await note(
      [
        '# Title',
        'A paragraph\nof two lines.  \nA hard break.',
        '- one\n  - nested\n\n    with a second paragraph\n- [x] done\n- [ ] open',
        '3. three\n4. four',
        '> quoted\n>\n> > deeper',
        '```JS title="x"\nlet a = 1\n\n  b()\n```',
        '    indented code',
        '---',
      ].join('\n\n'),
    )
    expect(outline(document)).toEqual([
      'h1: Title',
      'p: A paragraph of two lines.\nA hard break.',
      '-: one',
      '  -: nested\nwith a second paragraph',
      '- [x]: done',
      '- [ ]: open',
      '3.: three',
      '4.: four',
      '>: quoted',
      '>>: deeper',
      'code js: let a = 1\n\n  b()',
      'code: indented code',
      'rule: ',
    ])
  })

  it('keeps tables with their cells', async () => {
    const document = await note('| a | b |\n|---|:-:|\n| 1 | `x` |\n| | 2 |')
    expect(outline(document)).toEqual(['header: a | b', 'row: 1 | x', 'row: 2'])
  })

  it('keeps emphasis, links and code as marks', async () => {
    const document = await note('**bold** *soft* ~~gone~~ `code` [a link](https://a.example) <https://b.example> www.c.example')
    expect(marksOf(document)).toEqual([
      'strong: bold',
      'emphasis: soft',
      'strike: gone',
      'code: code',
      'link https://a.example/: a link',
      'link https://b.example/: https://b.example',
      'link http://www.c.example/: www.c.example',
    ])
  })

  it('finds the definitions of reference links and drops links that are none', async () => {
    const document = await note(
      '[one][ref], [two], [bad](javascript:alert(1)) [local](other.pdf)\n\n[ref]: https://a.example\n[two]: https://b.example',
    )
    expect(marksOf(document)).toEqual(['link https://a.example/: one', 'link https://b.example/: two'])
    expect(document.text).toBe('one, two, bad local')
  })

  it('reads links between notes, by title, alias and heading', async () => {
    const document = await note(
      '[[Bees]], [[folder/Bees.md|the bees]], [[Bees#Water]], [[#Here]], ![[Embedded]] and [a note](sub/Other%20note.md#x)',
    )
    expect(document.text).toBe('Bees, the bees, Bees > Water, Here, Embedded and a note')
    expect(document.links).toEqual([
      { kind: 'wiki', target: 'Bees' },
      { kind: 'wiki', target: 'Embedded' },
      { kind: 'wiki', target: 'Other note' },
    ])
    expect(marksOf(document)[1]).toBe('wiki Bees: the bees')
  })

  it('puts pictures behind the block they stand in, with alternative text', async () => {
    const document = await note('Look ![a cat](cat.png) here ![[dog.jpg|300]] and ![x](javascript:y)')
    expect(outline(document)).toEqual(['p: Look here and x', 'image cat.png: a cat', 'image dog.jpg: '])
  })

  it('gathers tags from the text, not from code, headings, links or numbers', async () => {
    const document = await note(
      '## Not #thistag\n\nA #real/tag, #shell #Shell. `#code` issue #12 (#bracket) [x](https://a.example/#part) #1a\n\n```\n#fenced\n```\n',
    )
    expect(document.tags).toEqual(['real/tag', 'shell', '1a'])
  })

  it('reduces raw HTML to its text', async () => {
    const document = await note(
      '<div align="center">\n<h2>Head</h2><p onclick="x()">Some <b>bold</b> text<script>alert(1)</script></p>\n<img src="a.png" alt="A">\n</div>\n\nIn <sup>line</sup><br>break <img src="b.png"> <!-- gone -->\n\n<details>\n\nInside\n\n</details>',
    )
    expect(outline(document)).toEqual([
      'h2: Head',
      'p: Some bold text',
      'image a.png: A',
      'p: In line\nbreak',
      'image b.png: ',
      'p: Inside',
    ])
    expect(JSON.stringify(document)).not.toMatch(/onclick|alert|gone/)
  })

  it('takes the mark off call-outs and keeps footnotes', async () => {
    const document = await note('> [!warning] Mind the gap\n> It is wide\n\nText[^1]\n\n[^1]: The note')
    expect(outline(document)).toEqual(['>: Mind the gap It is wide', 'p: Text[1]', 'p: The note'])
  })

  it.each([
    ['the front matter', '---\ntitle: From above\n---\n# Heading', 'From above'],
    ['the first heading of the first level', 'Text\n\n## Second\n\n# The heading *here*', 'The heading here'],
    ['the file name', '## Second level only', 'a note'],
  ])('takes the title from %s', async (_, text, title) => {
    expect((await note(text)).title).toBe(title)
  })

  it('keeps a link whose definition stands far away in a long text', async () => {
    const filler = 'Some words to fill the page, over and over again.\n\n'.repeat(6_000)
    const document = await note(`[near][far] and [away]\n\n${filler}[far]: https://a.example\n[away]: https://b.example\n`)
    expect(document.content.marks.slice(0, 2).map((mark) => (mark.type === 'link' ? mark.href : ''))).toEqual([
      'https://a.example/',
      'https://b.example/',
    ])
  })
})

describe('front matter', () => {
  it('gives title, tags, author, date, aliases, kind, language and source', async () => {
    const document = await note(
      [
        '---',
        'title: "A title: with colon"',
        'tags: [books, Deep Work, "#reading"]',
        'author: [Ann, Ben]',
        'created: 2024-01-05',
        'aliases: [Other, "Third name"]',
        'kind: article',
        'lang: de_AT',
        'source: https://a.example/x',
        'site: Example',
        '---',
        'Body #extra',
      ].join('\n'),
    )
    expect(document).toMatchObject({
      title: 'A title: with colon',
      tags: ['books', 'Deep Work', 'reading', 'extra'],
      author: 'Ann, Ben',
      publishedAt: '2024-01-05',
      aliases: ['Other', 'Third name'],
      kind: 'article',
      language: 'de-AT',
      url: 'https://a.example/x',
      siteName: 'Example',
      text: 'Body #extra',
    })
  })

  it.each([
    ['tags: one, two words', ['one', 'two words']],
    ['tags: one two', ['one', 'two']],
    ['tags:\n  - one\n  - 2024', ['one', '2024']],
    ['tag: single', ['single']],
    ['tags:', []],
    ['tags: {a: 1}', []],
  ])('reads %s', async (yaml, tags) => {
    expect((await note(`---\n${yaml}\n---\nBody`)).tags).toEqual(tags)
  })

  it('ignores values that make no sense', async () => {
    const document = await note('---\ntitle: [a]\nkind: spaceship\ndate: someday\nlang: 42\nurl: javascript:x\n---\nBody')
    expect(document).toMatchObject({ title: 'a note', kind: 'note', publishedAt: null, language: null, url: null, text: 'Body' })
  })

  it('keeps malformed front matter as text and takes from it what is plain', async () => {
    const document = await note('---\ntitle: A: B\ntags: [unclosed\n---\nBody')
    expect(document.title).toBe('A: B')
    expect(outline(document)).toEqual(['code yaml: title: A: B\ntags: [unclosed', 'p: Body'])
  })

  it('is not seen in two rules with prose between, nor further down', async () => {
    expect((await note('---\nJust prose\n---\nBody')).text).toContain('Just prose')
    expect((await note('Text\n\n---\ntitle: no\n---\n')).title).toBe('a note')
  })

  it('may be empty', async () => {
    expect((await note('---\n---\nBody')).text).toBe('Body')
    expect((await note('---\n# only a comment\n---\nBody')).text).toBe('Body')
  })

  it('is not unfolded when its aliases would fill the memory', async () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghijklmnopqrstuvw'
        .split('')
        .map((key, i) => `${key}: &${key} [*${'abcdefghijklmnopqrstuv'[i]!}, *${'abcdefghijklmnopqrstuv'[i]!}]`),
    ]
    expect((await note(`---\n${bomb.join('\n')}\n---\nBody`)).text).toContain('Body')
  })
})

describe('Markdown by simple rules', () => {
  it('reads a paragraph that a full parser would take for ever', async () => {
    const document = await note(
      `# Title\n\n- item\n\n${'*a_ '.repeat(5_000)}\n\n> quoted **bold** [link](https://a.example)\n\n\`\`\`py\nx\n\`\`\``,
    )
    const blocks = outline(document)
    expect(blocks.slice(0, 2)).toEqual(['h1: Title', '-: item'])
    expect(blocks.slice(3)).toEqual(['>: quoted bold link', 'code py: x'])
    expect(marksOf(document)).toContain('link https://a.example/: link')
  })

  it('ends soon for nesting, marks and tables without end', async () => {
    for (const text of [
      '>'.repeat(50_000),
      '- '.repeat(50_000),
      '['.repeat(50_000),
      '*a_\n'.repeat(50_000),
      `${'|a'.repeat(50_000)}|\n${'|-'.repeat(50_000)}|`,
    ]) {
      expect((await note(`${text}word`)).text).toContain('word')
    }
  }, 20_000)

  it('reads a note that has nothing but properties from them', async () => {
    const source =
      '---\nTitle: Meeting\nCategory: Work\nDate: 2024-01-15\nTags: plans\nDone: true\nEmpty:\nContent: "Goals for the quarter.\\n- New ferry"\n---\n\n'
    const read = await parsed(source, 'a.md')
    expect(read).toMatchObject({ title: 'Meeting', publishedAt: '2024-01-15', tags: ['plans'] })
    expect(read.text).toBe('Category: Work\n\nDate: 2024-01-15\n\nContent: Goals for the quarter.\n- New ferry')
    expect((await parsed(`${source}The text.`, 'a.md')).text).toBe('The text.')
  })
})
