using Warehouse.Etl.Link.Names;

namespace Warehouse.Etl.Link;

/// <summary>The family and given names of the register, which tell where a name that came without a blank is parted.</summary>
internal sealed class NameLexicon
{
    private readonly Dictionary<string, HashSet<string>> _surnames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _givens = new(StringComparer.Ordinal);
    private readonly HashSet<string> _surnameKanas = new(StringComparer.Ordinal);
    private readonly HashSet<string> _givenKanas = new(StringComparer.Ordinal);

    public NameLexicon(IEnumerable<IdentityRecord> register)
    {
        foreach (IdentityRecord record in register)
        {
            if (record.Given.Length > 0)
            {
                if (!_surnames.TryGetValue(record.Surname, out HashSet<string>? readings))
                {
                    _surnames[record.Surname] = readings = new(StringComparer.Ordinal);
                }

                _givens.Add(record.Given);
                if (record.GivenKana.Length > 0)
                {
                    readings.Add(record.SurnameKana);
                }
            }

            if (record.GivenKana.Length > 0)
            {
                _surnameKanas.Add(record.SurnameKana);
                _givenKanas.Add(record.GivenKana);
            }
        }
    }

    /// <summary>Returns the parts of a name; where the register shows no way to part it, all of it stays the family name.</summary>
    public (string Surname, string Given, string SurnameKana, string GivenKana) Part(IdentityRecord record)
    {
        (string surname, string given) = (record.Surname, record.Given);
        (string surnameKana, string givenKana) = (record.SurnameKana, record.GivenKana);
        if (given.Length == 0 && surname.Length > 1)
        {
            int at = Cut(surname, surnameKana, givenKana);
            (surname, given) = (surname[..at], surname[at..]);
        }

        if (givenKana.Length == 0 && surnameKana.Length > 1)
        {
            int at = CutKana(surnameKana, given.Length > 0 ? surname : null);
            (surnameKana, givenKana) = (surnameKana[..at], surnameKana[at..]);
        }

        (surname, given) = AsSent(record.NameKanji, surname, given);
        (surnameKana, givenKana) = AsSent(record.NameKana, surnameKana, givenKana);

        // A whole name against a family name would only look alike: a form that cannot be parted is left out where the other one is.
        return (given.Length > 0, givenKana.Length > 0) switch
        {
            (true, false) => (surname, given, string.Empty, string.Empty),
            (false, true) => (string.Empty, string.Empty, surnameKana, givenKana),
            _ => (surname, given, surnameKana, givenKana),
        };
    }

    // Where the name came in two parts, they go on as they were sent: the engine has a normaliser of its own, and what another one made of a character cannot be told any more.
    private static (string Surname, string Given) AsSent(string? sent, string surname, string given) =>
        sent is not null && PersonName.Parse(sent) is { Surname.Length: > 0, Given.Length: > 0 } name ? (name.Surname, name.Given) : (surname, given);

    // The way that most of the register speaks for: a known given name behind it, a reading that begins as the surname is read; then the longest surname.
    private int Cut(string name, string kana, string givenKana)
    {
        int best = 0;
        int cut = name.Length;
        for (int i = 1; i < name.Length; i++)
        {
            if (char.IsLowSurrogate(name[i]) || !_surnames.TryGetValue(name[..i], out HashSet<string>? readings))
            {
                continue;
            }

            bool isRead = kana.Length > 0 && readings.Any(reading => givenKana.Length > 0 ? reading == kana : kana.Length > reading.Length && kana.StartsWith(reading, StringComparison.Ordinal));
            int score = 1 + (isRead ? 2 : 0) + (_givens.Contains(name[i..]) ? 2 : 0);
            if (score >= best)
            {
                (best, cut) = (score, i);
            }
        }

        return cut;
    }

    private int CutKana(string kana, string? surname)
    {
        HashSet<string> readings = surname is not null && _surnames.TryGetValue(surname, out HashSet<string>? known) && known.Count > 0 ? known : _surnameKanas;
        int best = 0;
        int cut = kana.Length;
        for (int i = 1; i < kana.Length; i++)
        {
            int score = !readings.Contains(kana[..i]) ? 0 : _givenKanas.Contains(kana[i..]) ? 2 : 1;
            if (score > 0 && score >= best)
            {
                (best, cut) = (score, i);
            }
        }

        return cut;
    }
}
