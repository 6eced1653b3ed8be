"""Writes the text tables of this folder's Data from their public sources. Run again only when a source or the hand lists change.

usage: python3 make_tables.py MOJI_DB UNIDATA_FOLDER OUT_FOLDER
  MOJI_DB         dist/moji.db of the npm package @mandel59/mojidata (used: the kdpv tables of the Kanji Database Project, MIT; the joyo table)
  UNIDATA_FOLDER  UnicodeData.txt and Unihan_Variants.txt[.bz2] (Unicode-3.0)
  OUT_FOLDER      receives fold.txt, latin.txt, variants.txt, variants2.txt; reads hand.txt there
"""
import bz2, collections, os, re, sqlite3, sys

moji, unidata, out = sys.argv[1:4]
db = sqlite3.connect(moji)
SELECTORS = re.compile('[\ufe00-\ufe0f\U000e0100-\U000e01ef]')
joyo = {r[0] for r in db.execute('select distinct 漢字 from joyo')}
jinmei = {r[0] for r in db.execute('select UCS from unihan_kJinmeiyoKanji')}


def is_kanji(s):
    return len(s) == 1 and (0x3400 <= ord(s) <= 0x9fff or 0xfa0e <= ord(s) <= 0xfa29 or 0x20000 <= ord(s) <= 0x2f7ff or 0x30000 <= ord(s) <= 0x3ffff)


def level(c):
    try:
        b = c.encode('shift_jis')
    except UnicodeEncodeError:
        return 4
    return 4 if len(b) != 2 else 2 if b < b'\x98\x9f' else 3


def rank(c):
    return (0 if c in joyo else 1 if c in jinmei else level(c), ord(c))


# --- width and compatibility -------------------------------------------------------------------------------------------------
decomposition = {}
for line in open(os.path.join(unidata, 'UnicodeData.txt'), encoding='ascii'):
    f = line.split(';')
    if f[5]:
        tag, rest = (f[5].split('> ', 1) + [''])[:2] if f[5].startswith('<') else ('', f[5])
        decomposition[int(f[0], 16)] = (tag.lstrip('<'), [int(x, 16) for x in rest.split()])


def full(cp):
    if cp not in decomposition:
        return [cp]
    return [y for x in decomposition[cp][1] for y in full(x)]


RANGES = [(0x2100, 0x218b), (0x2460, 0x24ff), (0x2e80, 0x2fdf), (0x3000, 0x303f), (0x3200, 0x33ff), (0xf900, 0xfaff), (0xfb00, 0xfb06),
          (0xff01, 0xff60), (0xffe0, 0xffe6), (0x1f100, 0x1f2ff), (0x2f800, 0x2fa1f), (0xb2, 0xb3), (0xb9, 0xb9), (0x2070, 0x2089)]
fold = {}
for low, high in RANGES:
    for cp in range(low, high + 1):
        if cp in decomposition:
            # Square words hold kana with combining marks (㌀): composed again.
            t = full(cp)
            s = ''.join(map(chr, t))
            s = re.sub('([か-とは-ほカ-トハ-ホウ])\u3099', lambda m: 'ヴ' if m[1] == 'ウ' else chr(ord(m[1]) + 1), s)
            s = re.sub('([は-ほハ-ホ])\u309a', lambda m: chr(ord(m[1]) + 2), s)
            if '\u3099' not in s and '\u309a' not in s and '\u0338' not in s:
                fold[cp] = s
with open(os.path.join(out, 'fold.txt'), 'w', encoding='utf-8', newline='\n') as w:
    w.write('# code point, what it stands for. Source: UnicodeData.txt 15.0.0, fields 0 and 5 (Unicode-3.0).\n')
    for cp in sorted(fold):
        w.write(f'{cp:04X} {" ".join(f"{ord(c):04X}" for c in fold[cp])}\n')

with open(os.path.join(out, 'latin.txt'), 'w', encoding='utf-8', newline='\n') as w:
    w.write('# base letter, letters that are it with marks. Source: UnicodeData.txt 15.0.0, fields 0 and 5 (Unicode-3.0); the last line is ours.\n')
    bases = collections.defaultdict(str)
    for cp in [*range(0xc0, 0x250), *range(0x1e00, 0x1f00)]:
        base = full(cp)[0]
        if base < 128 and base != cp and chr(base).isalpha():
            bases[chr(base).upper()] += chr(cp)
    for b, extra in (('D', 'ÐðĐđ'), ('O', 'Øø'), ('L', 'Łł'), ('I', 'ı'), ('H', 'Ħħ'), ('T', 'Ŧŧ')):
        bases[b] += extra
    for b in sorted(bases):
        w.write(f'{b} {bases[b]}\n')

# --- kanji: hand lists ---------------------------------------------------------------------------------------------------------
hand = collections.defaultdict(list)
for line in open(os.path.join(out, 'hand.txt'), encoding='utf-8'):
    if line.strip() and not line.startswith('#'):
        kind, rest = line.split(None, 1)
        hand[kind] += rest.split()
together = [frozenset((g[0], c)) for g in hand['same'] for c in g[1:] if c != g[0]]
apart = [tuple(g) for g in hand['apart']]

# --- kanji: tier 1 ---------------------------------------------------------------------------------------------------------------
TIER1 = ['joyo/variant', 'jinmei1/variant', 'jinmei2/variant', 'jisx0213/variant', 'jisx0212/variant', 'koseki/variant']
edges = {}
for order, rel in enumerate(TIER1):
    for pair in db.execute('select subject, object from kdpv where rel = ?', (rel,)):
        s, o = (SELECTORS.sub('', x) for x in pair)
        s, o = (fold.get(ord(x), x) if len(x) == 1 else x for x in (s, o))
        if is_kanji(s) and is_kanji(o) and s != o:
            edges.setdefault(frozenset((s, o)), order)
for e in together:
    edges[e] = -1

parent, members = {}, {}


def find(x):
    if x not in parent:
        parent[x], members[x] = x, {x}
    while parent[x] != x:
        x = parent[x]
    return x


barred = collections.defaultdict(set)
for a, b in apart:
    barred[a].add(b)
    barred[b].add(a)
for e in sorted(edges, key=lambda e: (edges[e], sorted(map(rank, e)))):
    a, b = map(find, sorted(e, key=rank))
    # Two kanji of the joyo list are two kanji, whatever a chain of rare forms says; so are the pairs that the hand list keeps apart.
    if a == b or (members[a] & joyo and members[b] & joyo) or any(barred[x] & members[b] for x in members[a] if x in barred):
        continue
    parent[b] = a
    members[a] |= members.pop(b)

canonical = {}
rows = []
for group in members.values():
    m = sorted(group, key=rank)
    if len(m) > 1 and rank(m[0])[0] <= 3:
        rows.append((m[0], m[1:]))
        for c in m[1:]:
            canonical[c] = m[0]
with open(os.path.join(out, 'variants.txt'), 'w', encoding='utf-8', newline='\n') as w:
    w.write('# usual kanji, its variants. Source: Kanji Database Project (cjkvi-variants: joyo, jinmei, koseki, JIS X 0212, JIS X 0213; MIT) and hand.txt.\n')
    for c, vs in sorted(rows):
        w.write(f'{c} {"".join(vs)}\n')

# --- kanji: tier 2 ---------------------------------------------------------------------------------------------------------------
second = set()


def like(a, b):
    a, b = (canonical.get(x, x) for x in (a, b))
    if is_kanji(a) and is_kanji(b) and a != b and rank(a)[0] <= 3 and rank(b)[0] <= 4 and (a, b) not in never and (b, a) not in never:
        second.add((min(a, b, key=rank), max(a, b, key=rank)))


never = {tuple(canonical.get(c, c) for c in g) for g in hand['never']}
path = os.path.join(unidata, 'Unihan_Variants.txt')
opened = open(path, encoding='utf-8') if os.path.exists(path) else bz2.open(path + '.bz2', 'rt', encoding='utf-8')
for line in opened:
    f = line.rstrip('\n').split('\t')
    if len(f) == 3 and f[1] in ('kSemanticVariant', 'kZVariant', 'kSimplifiedVariant', 'kTraditionalVariant'):
        a = chr(int(f[0][2:], 16))
        for v in f[2].split():
            b = chr(int(v.split('<')[0][2:], 16))
            like(*sorted((a, b), key=rank))
for rel in ('hyogai/variant', 'jp/old-style'):
    for s, o in db.execute('select subject, object from kdpv where rel = ?', (rel,)):
        s, o = SELECTORS.sub('', s), SELECTORS.sub('', o)
        if len(s) == len(o) == 1:
            like(*sorted((s, o), key=rank))
with open(os.path.join(out, 'variants2.txt'), 'w', encoding='utf-8', newline='\n') as w:
    w.write('# kanji, those like it (one way, no chains). Source: Unihan_Variants.txt 15.0.0 (kSemanticVariant, kZVariant, kSimplifiedVariant,\n')
    w.write('# kTraditionalVariant; Unicode-3.0) and cjkvi-variants (hyogai, jp/old-style; MIT); the confusables of hand.txt are read beside them.\n')
    groups = collections.defaultdict(list)
    for a, b in second:
        groups[a].append(b)
    for a in sorted(groups):
        w.write(f'{a} {"".join(sorted(groups[a]))}\n')
print(len(fold), len(canonical), len(second))
