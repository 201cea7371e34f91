import { describe, expect, it } from 'vitest'
import { marksOf, outline, parsed } from './parsed.ts'

const page = (text: string): ReturnType<typeof parsed> => parsed(text, 'saved-page.html')

const sentence = 'The ferry came in late that night, and nobody was there to meet the travellers at the old pier. '

function article(extra = '', head = ''): string {
  return `<!doctype html><html lang="en-GB"><head><title>The night ferry to Kirkwall | Harbour News</title>${head}</head><body>
    <nav><a href="/">Home</a> <a href="/news">News</a></nav>
    <article><h1>The night ferry to Kirkwall</h1>${`<p>${sentence.repeat(4)}</p>`.repeat(6)}${extra}</article>
    <aside>Most read: other stories entirely</aside><footer>All rights reserved</footer></body></html>`
}

describe('HTML', () => {
  it('keeps the article and leaves out what surrounds it', async () => {
    const document = await page(article())
    expect(document).toMatchObject({
      title: 'The night ferry to Kirkwall',
      kind: 'article',
      mediaType: 'text/html',
      language: 'en-GB',
    })
    expect(document.text).toContain('nobody was there')
    expect(document.text).not.toMatch(/Home|Most read|All rights/)
  })

  it('keeps the structure of the article', async () => {
    const document = await page(
      article(
        `<h2>On board</h2><ul><li>one<ul><li>nested</li></ul></li><li><p>two</p><p>still two</p></li></ul>
         <ol start="3"><li>three<li>four</ol><blockquote><p>quoted</p></blockquote>
         <pre><code class="language-ts">let a = 1\n\n  b()</code></pre>
         <table><tr><th>Port</th><th>Time</th></tr><tr><td>Kirk<b>wall</b></td><td></td></tr></table>
         <figure><img src="/pier.jpg" alt="The pier"><figcaption>At night</figcaption></figure><hr><p>The end, with<br>a break.</p>`,
        '<link rel="canonical" href="https://news.example/ferry">',
      ),
    )
    expect(outline(document).slice(-15)).toEqual(
      [
        'h2: On board',
        '-: one',
        '  -: nested',
        '-: two\nstill two',
        '3.: three',
        '4.: four',
        '>: quoted',
        'code ts: let a = 1\n\n  b()',
        'header: Port | Time',
        'row: Kirkwall',
        'image https://news.example/pier.jpg: The pier',
        'p: At night',
        'rule: ',
        'p: The end, with\na break.',
      ].toSpliced(0, 0, `p: ${sentence.repeat(4).trim()}`),
    )
  })

  it('lets no HTML, script or dangerous address through', async () => {
    const document = await page(
      article(
        `<p onclick="steal()">Click <a href="javascript:steal()">here</a> or <a href="/there">there</a> &lt;script&gt;</p>
         <script>steal()</script><img src="data:text/html,steal()"><img src=x onerror="steal()"><iframe src="https://evil.example"></iframe>
         <svg><a xlink:href="javascript:steal()"><text>x</text></a></svg>`,
        '<base href="https://news.example/a/">',
      ),
    )
    const { text: _, ...rest } = document
    expect(JSON.stringify(rest)).not.toMatch(/steal|javascript:|evil/)
    expect(document.text).toContain('Click here or there <script>')
    expect(marksOf(document)).toEqual(['link https://news.example/there: there'])
  })

  it('reads a page without anything round its text whole', async () => {
    const document = await page(
      '<html><head><title>Shopping</title></head><body><h1>Shopping</h1><ul><li>Milk</li></ul><table><tr><td>a<td>b<tr><td>c<td>d</table></body></html>',
    )
    expect(outline(document)).toEqual(['h1: Shopping', '-: Milk', 'row: a | b', 'row: c | d'])
  })

  it('reads the whole page when there is no article on it', async () => {
    const links = Array.from({ length: 40 }, (_, index) => `<p><a href="/${index}">Short line number ${index}</a></p>`).join('')
    const document = await page(`<html><body><nav>Menu</nav><div>${links}</div><footer>Foot</footer></body></html>`)
    expect(document.text).toContain('Short line number 39')
    expect(document.text).not.toMatch(/Menu|Foot/)
  })

  it('reads pages that leave out html, head and body', async () => {
    expect((await page('<title>T</title><p>One<p>Two')).text).toBe('One\n\nTwo')
    expect((await page('<html><p>One</html>')).text).toBe('One')
    expect(await page('<html><title>T</title><body><p>One</p></body></html>')).toMatchObject({ title: 'T', text: 'One' })
    expect((await page('<body><p>One</p></body>')).text).toBe('One')
    expect((await page('<html><head><title>T</title></head><p>One<p>Two')).text).toBe('One\n\nTwo')
    expect((await page('<html><body><p>One</p></body><p>After</p></html>')).text).toContain('After')
    expect((await page('Just words &amp; more')).text).toBe('Just words & more')
  })

  it('reads layout tables as blocks and data tables as rows', async () => {
    const document = await page(
      '<body><table><tr><td><h2>Head</h2><p>Text</p></td><td><ul><li>x</li></ul></td></tr></table><table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table></body>',
    )
    expect(outline(document)).toEqual(['h2: Head', 'p: Text', '-: x', 'row: 1 | 2', 'row: 3 | 4'])
  })

  it('reads ticked boxes in lists', async () => {
    const document = await page(
      '<body><ul><li><input type="checkbox" checked> done</li><li><label><input type="checkbox">open</label></li></ul></body>',
    )
    expect(outline(document)).toEqual(['- [x]: done', '- [ ]: open'])
  })

  it('makes two line breaks a new paragraph', async () => {
    expect(outline(await page('<body><div>one<br>two<br><br>three</div></body>'))).toEqual(['p: one\ntwo', 'p: three'])
  })

  it('leaves out what is hidden', async () => {
    const document = await page(
      '<body><p>seen</p><p hidden>a</p><p style="color:red; display : none">b</p><template>c</template><noscript>d</noscript></body>',
    )
    expect(document.text).toBe('seen')
  })

  it('takes the charset of a meta element or an XML declaration', async () => {
    const cyrillic = Buffer.from('cff0e8e2e5f2', 'hex')
    for (const head of [
      '<meta charset="windows-1251">',
      '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
    ]) {
      const document = await parsed(
        Buffer.concat([Buffer.from(`<html><head>${head}</head><body><p>`), cyrillic, Buffer.from('</p></body></html>')]),
        'a.html',
      )
      expect(document.text).toBe('Привет')
    }
    const xml = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="windows-1251"?><html><body><p>'),
      cyrillic,
      Buffer.from('</p></body></html>'),
    ])
    expect((await parsed(xml, 'a.xhtml')).text).toBe('Привет')
  })
})

describe('what a page says of itself', () => {
  it('is read from meta elements', async () => {
    const document = await page(
      article(
        '',
        `<meta name="author" content="By Ann Example"><meta property="article:published_time" content="2024-01-05T10:30:00+02:00">
         <meta property="og:site_name" content="Harbour News"><meta property="og:url" content="https://news.example/ferry">`,
      ),
    )
    expect(document).toMatchObject({
      author: 'Ann Example',
      publishedAt: '2024-01-05T08:30:00.000Z',
      siteName: 'Harbour News',
      url: 'https://news.example/ferry',
    })
  })

  it('is read from JSON-LD', async () => {
    const data = {
      '@context': 'https://schema.org',
      '@graph': [
        { '@type': 'WebSite', 'name': 'Site' },
        {
          '@type': ['NewsArticle'],
          'headline': 'The ferry that was late',
          'author': [{ '@type': 'Person', 'name': 'Ann' }, { name: 'Ben' }],
          'datePublished': '2024-01-05',
          'publisher': { name: 'Harbour News' },
          'mainEntityOfPage': { '@id': 'https://news.example/ferry' },
        },
      ],
    }
    const document = await page(article('', `<script type="application/ld+json">${JSON.stringify(data)}</script>`))
    expect(document).toMatchObject({
      author: 'Ann, Ben',
      publishedAt: '2024-01-05',
      siteName: 'Harbour News',
      url: 'https://news.example/ferry',
    })
  })

  it('is read from time elements when nothing else has a date', async () => {
    expect((await page(article('<time datetime="2023-03-01">1 March</time>'))).publishedAt).toBe('2023-03-01')
    expect((await page(article())).publishedAt).toBeNull()
  })

  it('is not taken from broken or hostile JSON-LD', async () => {
    const deep = `${'{"@graph":['.repeat(2_000)}${']}'.repeat(2_000)}`
    for (const data of ['{broken', deep, '[]', '"text"', 'null', '{"@type":"Article","author":{"name":{"name":1}}}']) {
      expect((await page(article('', `<script type="application/ld+json">${data}</script>`))).author).toBeNull()
    }
  })

  it('has an author without what stands round the name', async () => {
    for (const [byline, author] of [
      ['By: Ann Example', 'Ann Example'],
      ['Written by Ann Example', 'Ann Example'],
      ['Ann Example | Harbour News', 'Ann Example'],
      ['Ann Example March 3, 2020', 'Ann Example'],
      ['Last updated: March 3, 2020', null],
      ['https://news.example/ann', null],
    ] as const) {
      expect((await page(article('', `<meta name="author" content="${byline}">`))).author).toBe(author)
    }
  })
})

describe('HTML tag by tag', () => {
  it('reads a page nested too deep for a tree', async () => {
    const document = await page(
      `<title>Deep</title><h1>Head &amp; shoulders</h1>${'<div>'.repeat(100_000)}<p>one &#8364;</p><ul><li>two</ul><pre>a\n  b</pre><!-- gone --><script>gone</script>`,
    )
    expect(document.title).toBe('Deep')
    expect(outline(document)).toEqual(['h1: Head & shoulders', 'p: one €', '-: two', 'code: a\n  b'])
  })

  it('ends soon for marks, tags and comments without end', async () => {
    for (const text of [
      '<'.repeat(500_000),
      '<script>'.repeat(100_000),
      '<!--'.repeat(200_000),
      '<a '.repeat(200_000),
      '&'.repeat(500_000),
      '<li>'.repeat(150_000),
    ]) {
      expect((await page(`<html><p>word</p>${text}`)).text).toContain('word')
    }
  }, 20_000)
})
