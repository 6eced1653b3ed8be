namespace Warehouse.Etl.Link.Engine;

/// <summary>Pairs of records of one register that share birth date, family name and home: co-multiples, and records that stand twice.</summary>
/// <remarks>
/// What co-multiples agree on is estimated from them instead of from pairs between registers, where they are few beside links with slips. The two kinds are told apart by EM over
/// given name and sex, with what links agree on for records that stand twice; nobody gives two children of one birth the same name, so an equal one is a record twice. A register that has readings only sees less of a name than one that has both: every pair is
/// therefore looked at as each of the kinds of record that the registers hold would show it.
/// </remarks>
internal sealed class HouseholdPairs
{
    private const int MostInHousehold = 12;
    private const int Rounds = 20;

    // Fewer co-multiples than this teach less than pairs between the registers do.
    private const double LeastMultiples = 30;

    private readonly int _given;
    private readonly int _sex;
    private readonly Dictionary<(int Full, int Form, int Kana, int Sex), double> _pairs = [];
    private double _full;
    private double _form;
    private double _kana;

    private HouseholdPairs(int given, int sex) => (_given, _sex) = (given, sex);

    /// <summary>Returns the pairs of a table, or null where it has no names, dates or homes to find them by.</summary>
    internal static HouseholdPairs? Find(LinkTable table)
    {
        List<LinkField> fields = [.. table.Fields];
        int given = fields.FindIndex(field => field is NameField && field.Role == FieldRole.Given);
        int surname = fields.FindIndex(field => field is NameField && field.Role == FieldRole.Surname);
        int birth = fields.FindIndex(field => field.Role == FieldRole.Birth);
        int sex = fields.FindIndex(field => field.Role == FieldRole.Sex);
        int home = Home(table);
        if (given < 0 || surname < 0 || birth < 0 || home < 0)
        {
            return null;
        }

        HouseholdPairs found = new(given, sex);
        NameBook book = ((NameField)fields[given]).Book;
        found.Kinds(table, book);
        AddressField? address = fields[home] as AddressField;
        foreach ((int from, int to) in new[] { (0, table.LeftCount), (table.LeftCount, table.Count) })
        {
            found.Add(table, book, from, to, record =>
            {
                int day = table.Code(record, birth);
                int family = table.Code(record, surname);
                int house = table.Code(record, home);
                ulong place = house == 0 ? 0 : address?.HouseHash(house) ?? table.Hashes[home][house];
                ulong name = family == 0 ? 0 : book.FoldHash(book.Kana(family)) is var kana and not 0 ? kana : LinkTable.Hash(book.FormText(book.Form(family)));
                return day == 0 || name == 0 || place == 0 ? 0 : LinkTable.Mix((((ulong)day * 31) + name) ^ LinkTable.Mix(place));
            });
        }

        return found;
    }

    // The column that says most about where people live.
    internal static int Home(LinkTable table)
    {
        int best = -1;
        int most = 0;
        for (int f = 0; f < table.Fields.Count; f++)
        {
            if (table.Fields[f].Role == FieldRole.Home && table.Fields[f] is not NameField && table.Fields[f].Kind is LinkKind.Address or LinkKind.Household or LinkKind.Street or LinkKind.Phone && table.Hashes[f].Length > most)
            {
                (best, most) = (f, table.Hashes[f].Length);
            }
        }

        return best;
    }

    // How often both records of a pair between the registers (or within one) have form and reading, forms only, or readings only.
    private void Kinds(LinkTable table, NameBook book)
    {
        Span<double> left = stackalloc double[4];
        Span<double> right = stackalloc double[4];
        for (int i = 0; i < table.Count; i++)
        {
            int name = table.Code(i, _given);
            int kind = (book.Form(name) > 0 ? 1 : 0) + (book.Kana(name) > 0 ? 2 : 0);
            (i < table.LeftCount ? left : right)[kind]++;
        }

        _full = left[3] * right[3];
        _form = (left[1] * (right[1] + right[3])) + (left[3] * right[1]);
        _kana = (left[2] * (right[2] + right[3])) + (left[3] * right[2]);
        double all = Math.Max(1, _full + _form + _kana);
        (_full, _form, _kana) = (_full / all, _form / all, _kana / all);
    }

    private void Add(LinkTable table, NameBook book, int from, int to, Func<int, ulong> household)
    {
        ulong[] keys = new ulong[to - from];
        int[] records = new int[to - from];
        int count = 0;
        for (int i = from; i < to; i++)
        {
            if (household(i) is var key and not 0)
            {
                keys[count] = key;
                records[count++] = i;
            }
        }

        Array.Sort(keys, records, 0, count);
        for (int i = 0; i < count;)
        {
            int end = i + 1;
            while (end < count && keys[end] == keys[i])
            {
                end++;
            }

            for (int a = i; a < end && end - i <= MostInHousehold; a++)
            {
                for (int b = a + 1; b < end; b++)
                {
                    Add(table, book, records[a], records[b]);
                }
            }

            i = end;
        }
    }

    private void Add(LinkTable table, NameBook book, int a, int b)
    {
        int left = table.Code(a, _given);
        int right = table.Code(b, _given);
        if (left == 0 || right == 0)
        {
            return;
        }

        int full = Level(book, book.Form(left), book.Kana(left), book.Form(right), book.Kana(right));
        int form = Level(book, book.Form(left), 0, book.Form(right), 0);
        int kana = Level(book, book.Form(left), book.Kana(left), 0, book.Kana(right));
        int sex = _sex < 0 || table.Code(a, _sex) == 0 || table.Code(b, _sex) == 0 ? LinkField.Null : table.Code(a, _sex) == table.Code(b, _sex) ? 1 : 0;
        (int, int, int, int) key = (full, form, kana, sex);
        _pairs[key] = _pairs.GetValueOrDefault(key) + 1;
    }

    private static int Level(NameBook book, int formA, int kanaA, int formB, int kanaB) =>
        (formA | kanaA) == 0 || (formB | kanaB) == 0 ? LinkField.Null : Math.Max(book.Compare(formA, kanaA, formB, kanaB), book.Compare(formB, kanaB, formA, kanaA));

    /// <summary>Returns how often co-multiples have each level of given name or sex, or null where too few were found.</summary>
    /// <param name="field">The field.</param>
    /// <param name="same">What links agree on, by field and state.</param>
    internal double[]? Multiples(int field, double[][][] same)
    {
        if (field != _given && field != _sex)
        {
            return null;
        }

        (int Full, int Form, int Kana, int Sex)[] keys = [.. _pairs.Keys.Order()];
        double all = keys.Sum(key => _pairs[key]);
        double[] given = new double[16];
        double[] sex = [0.2, 0.8];
        Array.Fill(given, 1.0 / 16);
        double share = 0.5;
        double[] givenSums = new double[16];
        double[] sexSums = new double[2];
        double multiples = 0;
        for (int round = 0; round < Rounds && all > 0; round++)
        {
            Array.Clear(givenSums);
            Array.Clear(sexSums);
            multiples = 0;
            foreach ((int Full, int Form, int Kana, int Sex) key in keys)
            {
                if (Multiples(key, out int level) is not { } p)
                {
                    continue;
                }

                multiples += p;
                givenSums[level] += p;
                if (key.Sex != LinkField.Null)
                {
                    sexSums[key.Sex] += p;
                }
            }

            share = Math.Clamp(multiples / all, 0.01, 0.99);
            for (int level = 0; level < 16; level++)
            {
                given[level] = (givenSums[level] + 1e-3) / (multiples + 16e-3);
            }

            sex = [(sexSums[0] + 0.5) / (sexSums[0] + sexSums[1] + 1), (sexSums[1] + 0.5) / (sexSums[0] + sexSums[1] + 1)];
        }

        if (multiples < LeastMultiples)
        {
            return null;
        }

        if (field == _sex)
        {
            return [.. sexSums, .. new double[14]];
        }

        double[] seen = new double[16];
        foreach ((int Full, int Form, int Kana, int Sex) key in keys)
        {
            if (Multiples(key, out _) is not { } p)
            {
                continue;
            }

            seen[key.Full] += p * _full;
            seen[key.Form] += p * _form;
            seen[key.Kana] += p * _kana;
        }

        Array.Clear(seen, NameField.OtherForm, seen.Length - NameField.OtherForm);
        return seen;

        // How many of the pairs of a key are co-multiples, as the estimates stand; null where a key says nothing. The fullest view of the name tells the two kinds apart.
        double? Multiples((int Full, int Form, int Kana, int Sex) key, out int level)
        {
            level = key.Full != LinkField.Null ? key.Full : key.Form != LinkField.Null ? key.Form : key.Kana;
            if (level is LinkField.Null or >= NameField.OtherForm)
            {
                return null;
            }

            double twice = (1 - share) * same[_given][0][level] * (key.Sex == LinkField.Null ? 1 : same[_sex][0][key.Sex]);
            double multiple = share * given[level] * (key.Sex == LinkField.Null ? 1 : sex[key.Sex]);
            return multiple / (multiple + twice + 1e-12) * _pairs[key];
        }
    }
}
