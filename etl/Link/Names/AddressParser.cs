using System.Globalization;

namespace Warehouse.Etl.Link.Names;

/// <summary>Parses Japanese addresses by rules into prefecture, city, town, 丁目, 番, 号 and room.</summary>
/// <remarks>
/// Rules: 大字 and 字 dropped; ケ, ヶ and が between kanji alike, ノ, 之 and の alike, ッ and ツ alike; kanji numerals before a unit are numbers;
/// 丁目, 番地, 番, 号, の and every dash between numbers alike; Kyoto's street directions dropped; the 郡 dropped.
/// The list of municipalities (<c>Data/cities.txt</c>) decides where a city ends; for one that it has not, the first 市 does.
/// A town list is not needed. Thread-safe.
/// </remarks>
public static class AddressParser
{
    private static readonly Dictionary<int, string[]> Prefectures = [];
    private static readonly Dictionary<int, (string Written, string City, string Prefecture, bool NeedsMore)[]> Cities = [];
    private static readonly HashSet<string> Designated = new(
        ["札幌市", "仙台市", "サイタマ市", "千葉市", "横浜市", "川崎市", "相模原市", "新潟市", "静岡市", "浜松市", "名古屋市", "京都市", "大阪市", "堺市", "神戸市", "岡山市", "広島市", "北九州市", "福岡市", "熊本市"], StringComparer.Ordinal);

    private static readonly string[] KyotoDirections = ["上ル", "下ル", "東入ル", "西入ル", "東入", "西入", "上ガル", "下ガル", "上ガ", "下ガ"];
    private static readonly string[] BuildingEnds = ["号室", "号", "室"];

    static AddressParser()
    {
        Dictionary<int, List<(string, string, string, bool)>> cities = [];
        foreach (string[] row in NameTables.Rows("cities.txt"))
        {
            string prefecture = Key(row[0]);
            int head = Head(prefecture);
            Prefectures[head] = [.. Prefectures.GetValueOrDefault(head, []), prefecture];
            foreach (string name in row.AsSpan(1))
            {
                string written = Key(name);
                int district = written.IndexOf('郡', 1);
                bool hasDistrict = district > 0 && written[^1] is '町' or '村';
                string city = hasDistrict ? written[(district + 1)..] : written;
                Add(written, city, prefecture, false);
                if (hasDistrict)
                {
                    // Without its district a 町 or 村 may as well be a part of a city.
                    Add(city, city, prefecture, true);
                }
            }
        }

        foreach ((int head, List<(string, string, string, bool)> list) in cities)
        {
            Cities[head] = [.. list.OrderByDescending(c => c.Item1.Length)];
        }

        void Add(string written, string city, string prefecture, bool needsMore)
        {
            if (!cities.TryGetValue(Head(written), out List<(string, string, string, bool)>? list))
            {
                cities[Head(written)] = list = [];
            }

            list.Add((written, city, prefecture, needsMore));
        }
    }

    /// <summary>Parses an address; what cannot be told is empty or 0. Never throws.</summary>
    /// <param name="text">The address as written, or null.</param>
    /// <param name="pool">Keeps one string for each distinct city, town and building; null to make each anew.</param>
    public static AddressParts Parse(string? text, TextPool<string>? pool = null)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return AddressParts.None;
        }

        CharBuffer folded = new(stackalloc char[256]);
        WriteKey(text, ref folded);
        CharBuffer town = new(stackalloc char[128]);
        Reader reader = new(folded.Text, pool);
        AddressParts parts = reader.Read(ref town);
        town.Dispose();
        folded.Dispose();
        return parts;
    }

    // One width, usual kanji, one dash; blanks of any kind as one blank; a postal code dropped.
    private static void WriteKey(scoped ReadOnlySpan<char> text, ref CharBuffer key)
    {
        CharBuffer wide = new(stackalloc char[256]);
        WidthFold.Write(text, ref wide);
        ReadOnlySpan<char> t = wide.Text;
        int start = PostalCode(t);
        for (int i = start; i < t.Length; i++)
        {
            char sign = t[i];
            if (char.IsWhiteSpace(sign))
            {
                if (key.Length > 0 && key.Last != ' ')
                {
                    key.Append(' ');
                }

                continue;
            }

            char next = i + 1 < t.Length ? t[i + 1] : '\0';
            char folded = NameTables.Kanji[sign];
            switch (folded)
            {
                case NameTables.Dash:
                    bool isLong = NameTables.IsKana(key.Last) && !char.IsAsciiDigit(next);
                    key.Append(isLong ? 'ー' : '-');
                    break;
                case NameTables.RepeatKanji when key.Length > 0:
                    key.Append(key.Last);
                    break;
                case NameTables.High when i + 1 < t.Length:
                    KanjiKeys.WriteFold(t.Slice(i, 2), ref key);
                    i++;
                    break;
                case >= '\uD800' and <= '\uDFFF':
                    // Separators of names part the numbers of an address.
                    if (sign is '.' or ',' or '、' or '_' or '/' or '・' or '。' or '·')
                    {
                        key.Append('-');
                    }
                    else if (sign is '(' or ')' or '[' or ']' or '#')
                    {
                        key.Append(' ');
                    }

                    break;
                case 'ッ':
                    key.Append('ツ');
                    break;
                case '之':
                    key.Append('ノ');
                    break;
                case 'ガ' or 'ケ' when IsKanji(key.Last) && IsKanji(next):
                    key.Append('ケ');
                    break;
                default:
                    if (sign == 'ガ' && NameTables.IsKana(key.Last) && IsKanji(next))
                    {
                        // みどりが丘 is みどりヶ丘.
                        key.Append('ケ');
                    }
                    else
                    {
                        key.Append(folded);
                    }

                    break;
            }
        }

        wide.Dispose();
    }

    private static string Key(string text)
    {
        CharBuffer key = new(stackalloc char[64]);
        WriteKey(text, ref key);
        string result = key.Text.ToString();
        key.Dispose();
        return result;
    }

    private static int PostalCode(ReadOnlySpan<char> text)
    {
        int i = 0;
        while (i < text.Length && (char.IsWhiteSpace(text[i]) || text[i] == '〒'))
        {
            i++;
        }

        int digits = 0;
        int at = i;
        while (at < text.Length && digits < 7 && (char.IsAsciiDigit(text[at]) || (digits == 3 && NameTables.Kanji[text[at]] == NameTables.Dash)))
        {
            digits += char.IsAsciiDigit(text[at]) ? 1 : 0;
            at++;
        }

        return digits == 7 && (at == text.Length || !char.IsAsciiDigit(text[at])) ? at : i;
    }

    private static int Head(ReadOnlySpan<char> text) => text.Length < 2 ? 0 : (text[0] << 16) | text[1];

    // Asked of every character of every town, so no search in a string.
    private static int KanjiDigit(char sign) => sign switch
    {
        '〇' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => -1,
    };

    private static bool IsKanji(char sign) => sign is (>= '一' and <= '鿿') or (>= '㐀' and <= '䶿') or NameTables.Wildcard;

    private ref struct Reader(ReadOnlySpan<char> text, TextPool<string>? pool)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private readonly TextPool<string>? _pool = pool;
        private int _at;

        public AddressParts Read(ref CharBuffer town)
        {
            string prefecture = ReadPrefecture();
            string city = ReadCity(ref prefecture);
            ReadTown(ref town);
            Span<int> numbers = stackalloc int[5];
            Span<char> units = stackalloc char[5];
            int count = ReadNumbers(numbers, units);
            (string building, string room) = ReadBuilding();
            return Assemble(prefecture, city, town.Text, numbers, units, count, building, room);
        }

        private string ReadPrefecture()
        {
            if (Prefectures.TryGetValue(Head(_text), out string[]? names))
            {
                foreach (string name in names)
                {
                    if (_text.StartsWith(name))
                    {
                        _at = name.Length;
                        Skip();
                        return name;
                    }
                }
            }

            return string.Empty;
        }

        private string ReadCity(ref string prefecture)
        {
            ReadOnlySpan<char> rest = _text[_at..];
            if (Cities.TryGetValue(Head(rest), out (string Written, string City, string Prefecture, bool NeedsMore)[]? list))
            {
                foreach ((string written, string city, string of, bool needsMore) in list)
                {
                    if (rest.StartsWith(written) && (prefecture.Length == 0 ? !needsMore : of == prefecture))
                    {
                        _at += written.Length;
                        Skip();
                        return city + (Designated.Contains(city) ? ReadWard() : string.Empty);
                    }
                }
            }

            // A city that the list has not: invented, merged or new. Two signs of a town must follow it before the numbers.
            int end = rest.IndexOfAnyInRange('0', '9');
            end = end < 0 ? rest.Length : end;
            int mark = rest.Length > 1 ? rest[1..].IndexOf('市') + 1 : 0;
            if (mark > 0 && rest.Length > mark + 1 && rest[mark + 1] == '市')
            {
                mark++;
            }

            if (mark >= 1 && mark <= 8 && end - mark > 2)
            {
                string city = Text(rest[..(mark + 1)]);
                _at += mark + 1;
                Skip();
                return city;
            }

            return string.Empty;
        }

        private string ReadWard()
        {
            ReadOnlySpan<char> rest = _text[_at..];
            int ward = rest[..Math.Min(rest.Length, 6)].IndexOf('区');
            if (ward < 1)
            {
                return string.Empty;
            }

            string name = rest[..(ward + 1)].ToString();
            _at += ward + 1;
            Skip();
            return name;
        }

        private void Skip()
        {
            while (_at < _text.Length && _text[_at] == ' ')
            {
                _at++;
            }
        }

        private void ReadTown(ref CharBuffer town)
        {
            while (_at < _text.Length)
            {
                char sign = _text[_at];
                if (sign == ' ' || sign == '-')
                {
                    _at++;
                    continue;
                }

                int end = NumberEnd(_at, out int value);
                if (end > _at)
                {
                    ReadOnlySpan<char> after = _text[end..];
                    bool isDigit = char.IsAsciiDigit(sign);
                    bool isOrdinal = StartsAny(after, "条", "線", "番町", "番丁", "軒", "号線", "号地", "区", "ノ町", "社", "本松", "丁町");
                    bool isUnit = StartsAny(after, "丁目", "番", "号", "地割") || (isDigit && after.StartsWith("丁"));
                    if (isOrdinal && (isDigit || StartsAny(after, "条", "線", "番町", "番丁")))
                    {
                        town.Append(value.ToString(CultureInfo.InvariantCulture));
                        _at = end;
                        continue;
                    }

                    if (isDigit || isUnit || (town.Length > 0 && IsNumberTail(after)))
                    {
                        if (town.Last == '第' && after.StartsWith("地割"))
                        {
                            town.CutTo(town.Length - 1);
                        }

                        break;
                    }
                }

                ReadOnlySpan<char> rest = _text[_at..];
                if (sign is '大' or '小' && rest.Length > 1 && rest[1] == '字')
                {
                    _at += 2;
                }
                else if (sign == '字' && town.Length > 0 && town.Last is not ('文' or '大' or '小' or '田'))
                {
                    _at++;
                }
                else if (sign == '字' && town.Length == 0)
                {
                    _at++;
                }
                else if (TryDirection(rest, out int skipped))
                {
                    // 寺町通御池上る上本能寺前町: the town is what follows the last direction.
                    town.CutTo(0);
                    _at += skipped;
                }
                else
                {
                    town.Append(sign);
                    _at++;
                }
            }
        }

        // 東山一二ノ三, 東山十二: at the end of the town a bare kanji numeral is the number when a dash or nothing follows.
        private static bool IsNumberTail(ReadOnlySpan<char> after) =>
            (after.Length > 1 && after[0] is '-' or 'ノ' && (char.IsAsciiDigit(after[1]) || KanjiDigit(after[1]) >= 0 || after[1] == '十')) || after.IsEmpty;

        private static bool TryDirection(ReadOnlySpan<char> rest, out int length)
        {
            length = 0;
            if (rest[0] is not ('上' or '下' or '東' or '西'))
            {
                return false;
            }

            foreach (string direction in KyotoDirections)
            {
                if (rest.StartsWith(direction))
                {
                    length = direction.Length;
                    return true;
                }
            }

            return false;
        }

        private static bool StartsAny(ReadOnlySpan<char> text, params ReadOnlySpan<string> starts)
        {
            foreach (string start in starts)
            {
                if (text.StartsWith(start))
                {
                    return true;
                }
            }

            return false;
        }

        // The end of a run of digits or kanji numerals from a place, and its value; the place itself when there is none.
        private readonly int NumberEnd(int from, out int value)
        {
            value = 0;
            int at = from;
            if (char.IsAsciiDigit(_text[at]))
            {
                while (at < _text.Length && char.IsAsciiDigit(_text[at]))
                {
                    value = value > 99_999_999 ? value : (value * 10) + _text[at] - '0';
                    at++;
                }

                return at;
            }

            int part = 0;
            bool hasPart = false;
            for (; at < _text.Length; at++)
            {
                int digit = KanjiDigit(_text[at]);
                if (digit >= 0)
                {
                    part = part > 99_999 ? part : (part * 10) + digit;
                    hasPart = true;
                }
                else if (_text[at] is '十' or '百' or '千')
                {
                    int unit = _text[at] switch { '十' => 10, '百' => 100, _ => 1000 };
                    value += (hasPart ? part : 1) * unit;
                    part = 0;
                    hasPart = false;
                }
                else
                {
                    break;
                }
            }

            value += part;
            return at;
        }

        private int ReadNumbers(scoped Span<int> numbers, scoped Span<char> units)
        {
            int count = 0;
            while (_at < _text.Length && count < numbers.Length)
            {
                int end = NumberEnd(_at, out int value);
                if (end == _at)
                {
                    break;
                }

                // 若葉2号棟, コーポ3: what follows a blank or a word is the building's.
                ReadOnlySpan<char> after = _text[end..];
                char unit = '-';
                int length = 0;
                if (after.StartsWith("丁目"))
                {
                    (unit, length) = ('丁', 2);
                }
                else if (after.StartsWith("地割"))
                {
                    (unit, length) = ('丁', 2);
                }
                else if (after.StartsWith("丁"))
                {
                    (unit, length) = ('丁', 1);
                }
                else if (after.StartsWith("番地"))
                {
                    (unit, length) = ('番', 2);
                }
                else if (after.StartsWith("番"))
                {
                    (unit, length) = ('番', 1);
                }
                else if (after.StartsWith("号室"))
                {
                    (unit, length) = ('室', 2);
                }
                else if (after.StartsWith("室"))
                {
                    (unit, length) = ('室', 1);
                }
                else if (after.StartsWith("号棟") || after.StartsWith("棟") || after.StartsWith("階") || (after.StartsWith("F") && (after.Length == 1 || !char.IsAsciiLetter(after[1]))))
                {
                    break;
                }
                else if (after.StartsWith("号"))
                {
                    (unit, length) = ('号', 1);
                }

                numbers[count] = value;
                units[count++] = unit;
                _at = end + length;

                // の and dashes lead on to the next number; anything else ends the block.
                int next = _at;
                while (next < _text.Length && _text[next] is '-' or 'ノ' or ' ')
                {
                    next++;
                }

                bool isBlank = next > _at && _text[_at..next].IndexOf(' ') >= 0;
                if (next >= _text.Length || NumberEnd(next, out _) == next || (next == _at && length == 0) || (isBlank && (unit is '号' or '-' || IsRoom(next))))
                {
                    break;
                }

                _at = next;
            }

            return count;
        }

        // 21番 903号: after a blank a number of three digits is a room, and a kanji numeral the name of a building.
        private readonly bool IsRoom(int at) => !char.IsAsciiDigit(_text[at]) || (NumberEnd(at, out int value) > at && value > 100);

        private readonly (string Building, string Room) ReadBuilding()
        {
            ReadOnlySpan<char> rest = _text[Math.Min(_at, _text.Length)..].Trim(" -");
            if (rest.IsEmpty)
            {
                return (string.Empty, string.Empty);
            }

            ReadOnlySpan<char> body = rest;
            foreach (string end in BuildingEnds)
            {
                if (body.EndsWith(end))
                {
                    body = body[..^end.Length].TrimEnd(" -");
                    break;
                }
            }

            int from = body.Length;
            while (from > 0 && char.IsAsciiDigit(body[from - 1]))
            {
                from--;
            }

            string room = Text(body[from..]);
            if (room.Length > 0)
            {
                // A-203, B棟101 and B103: a letter before the number belongs to the room.
                int dash = from > 0 && body[from - 1] == '-' ? from - 1 : from;
                if (dash > 0 && char.IsAsciiLetterUpper(body[dash - 1]) && (dash == 1 || !char.IsAsciiLetter(body[dash - 2])))
                {
                    room = body[dash - 1] + room;
                    from = dash - 1;
                }
            }

            return (Compact(body[..from]), room.TrimStart('0'));
        }

        private readonly string Compact(ReadOnlySpan<char> text)
        {
            text = text.Trim(" -");
            return text.ContainsAny(" -") ? text.ToString().Replace(" ", string.Empty, StringComparison.Ordinal).Replace("-", string.Empty, StringComparison.Ordinal) : Text(text);
        }

        private readonly AddressParts Assemble(string prefecture, string city, ReadOnlySpan<char> town, Span<int> numbers, Span<char> units, int count, string building, string room)
        {
            int chome = 0;
            int ban = 0;
            int go = 0;

            // The room is the number called so, the fourth number, or a third that no house number is like (599-24-107).
            int house = count;
            bool isNamed = units[..count].IndexOf('丁') >= 0;
            if (count > 0 && units[count - 1] == '室')
            {
                house = count - 1;
            }
            else if (count > 3)
            {
                house = 3;
            }
            else if (count == 3 && !isNamed && numbers[2] > 100 && units[2] == '-')
            {
                house = 2;
            }

            if (house < count && room.Length == 0)
            {
                room = numbers[house].ToString(CultureInfo.InvariantCulture);
            }

            int first = 0;
            if (house > 0 && (isNamed ? units[0] == '丁' : house == 3))
            {
                chome = numbers[0];
                first = 1;
            }

            ban = house > first ? numbers[first] : 0;
            go = house > first + 1 ? numbers[first + 1] : 0;
            Span<char> joined = stackalloc char[40];
            int length = 0;
            for (int i = 0; i < house; i++)
            {
                if (i > 0)
                {
                    joined[length++] = '-';
                }

                numbers[i].TryFormat(joined[length..], out int written, provider: CultureInfo.InvariantCulture);
                length += written;
            }

            return new AddressParts(prefecture, city, Text(town), length == 0 ? string.Empty : joined[..length].ToString(), chome, ban, go, building, room);
        }

        private readonly string Text(ReadOnlySpan<char> text) => text.IsEmpty ? string.Empty : _pool is null ? text.ToString() : _pool.Get(text);
    }
}
