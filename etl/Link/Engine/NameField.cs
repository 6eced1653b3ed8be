using System.Collections.Frozen;

namespace Warehouse.Etl.Link.Engine;

/// <summary>All distinct names, family and given alike, each as (form as written, reading); one comparison for both, so that a reading and a form never count twice.</summary>
internal sealed class NameBook
{
    private readonly Dictionary<long, int> _codes = [];
    private readonly List<(int Form, int Kana)> _values = [(0, 0)];
    private readonly Dictionary<string, int> _formCodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _kanaCodes = new(StringComparer.Ordinal);
    private readonly List<string> _forms = [""];
    private readonly List<string> _kanas = [""];
    private TextLane _formLane = new([""]);
    private TextLane _kanaLane = new([""]);
    private int[] _fold = [];
    private int[] _formOf = [];
    private int[] _foldOf = [];
    private ulong[] _foldHashes = [];
    private int[] _nick = [];
    private HashSet<long> _readings = [];
    private HashSet<int> _read = [];

    /// <summary>The count of distinct names and one.</summary>
    public int Count => _values.Count;

    /// <summary>The count of distinct forms and one.</summary>
    public int FormCount => _forms.Count;

    /// <summary>The count of distinct readings and one.</summary>
    public int KanaCount => _kanas.Count;

    /// <summary>Returns the code of a form, 0 for none.</summary>
    public int FormCode(string form) => Code(form, _formCodes, _forms);

    /// <summary>Returns the code of a reading, 0 for none.</summary>
    public int KanaCode(string kana) => Code(kana, _kanaCodes, _kanas);

    /// <summary>Returns the code of a name, 0 where form and reading are missing.</summary>
    public int Code(int form, int kana)
    {
        if (form == 0 && kana == 0)
        {
            return 0;
        }

        long key = ((long)form << 32) | (uint)kana;
        if (!_codes.TryGetValue(key, out int code))
        {
            code = _values.Count;
            _values.Add((form, kana));
            _codes[key] = code;
        }

        return code;
    }

    /// <summary>The form of a name, 0 for none.</summary>
    public int Form(int name) => _values[name].Form;

    /// <summary>The reading of a name, 0 for none.</summary>
    public int Kana(int name) => _values[name].Kana;

    /// <summary>The text of a form.</summary>
    public string FormText(int form) => _forms[form];

    /// <summary>The text of a reading.</summary>
    public string KanaText(int kana) => _kanas[kana];

    /// <summary>The code of the reading with like-sounding signs made one.</summary>
    public int Fold(int kana) => _fold[kana];

    /// <summary>The hash of a reading with like-sounding signs made one, 0 for none.</summary>
    public ulong FoldHash(int kana) => _foldHashes[kana];

    /// <summary>Closes the book: what is compared is prepared, and every name with form and reading teaches how the form is read.</summary>
    /// <param name="normaliser">Folds readings.</param>
    /// <param name="teachers">The names of the records that teach; codes, each any number of times.</param>
    public void Close(ILinkNormaliser normaliser, ReadOnlySpan<int> teachers)
    {
        _formLane = new TextLane(_forms);
        _kanaLane = new TextLane(_kanas);
        Dictionary<string, int> folds = new(StringComparer.Ordinal) { [""] = 0 };
        _fold = new int[_kanas.Count];
        _foldHashes = new ulong[_kanas.Count];
        for (int i = 1; i < _kanas.Count; i++)
        {
            string fold = normaliser.KanaFold(_kanas[i]);
            _foldHashes[i] = LinkTable.Hash(fold);
            if (!folds.TryGetValue(fold, out _fold[i]))
            {
                folds[fold] = _fold[i] = folds.Count;
            }
        }

        _formOf = [.. _values.Select(name => name.Form)];
        _foldOf = [.. _values.Select(name => _fold[name.Kana])];
        _nick = [.. _forms.Select(Nicknames.Group)];
        _readings = [];
        _read = [];
        bool[] isSeen = new bool[_values.Count];
        foreach (int name in teachers)
        {
            isSeen[name] = true;
        }

        for (int name = 0; name < isSeen.Length; name++)
        {
            (int form, int kana) = _values[name];
            if (isSeen[name] && form > 0 && kana > 0)
            {
                _readings.Add(((long)form << 32) | (uint)_fold[kana]);
                _read.Add(form);
            }
        }
    }

    /// <summary>Returns the level of two names; see <see cref="NameField"/>.</summary>
    public int Compare(int left, int right)
    {
        (int formA, int kanaA) = _values[left];
        (int formB, int kanaB) = _values[right];
        bool forms = formA > 0 && formB > 0;
        bool kanas = kanaA > 0 && kanaB > 0;
        bool sameForm = forms && formA == formB;
        bool sameKana = kanas && _fold[kanaA] == _fold[kanaB];
        if (!forms && !kanas)
        {
            (int form, int kana) = formA > 0 ? (formA, kanaB) : (formB, kanaA);
            return _readings.Contains(((long)form << 32) | (uint)_fold[kana]) ? NameField.Bridge : _read.Contains(form) ? NameField.Unread : LinkField.Null;
        }

        if (sameForm)
        {
            return !kanas ? NameField.FormOnly : sameKana ? NameField.Both : NameField.OtherReading;
        }

        if (sameKana)
        {
            return !forms ? NameField.KanaOnly : NameField.OtherForm;
        }

        int level = NameField.Differs;
        if (kanas)
        {
            double similarity = _kanaLane.JaroWinkler(kanaA, kanaB);

            // One edit of four signs leaves a similarity of .83 at least.
            bool oneEdit = similarity >= 0.75 && _kanaLane.Runes(kanaA).Length >= 4 && Similarity.Alignment(_kanaLane.Runes(kanaA), _kanaLane.Runes(kanaB), 1) <= 1;
            level = similarity >= 0.92 || oneEdit ? NameField.Similar : similarity >= 0.82 ? NameField.Alike : NameField.Differs;
        }

        return forms ? Math.Max(level, CompareForms(formA, formB)) : level;
    }

    /// <summary>Returns whether a family name may be the given name of another record: Japanese names only where they are equal, Latin ones also where they are similar.</summary>
    public bool MayCross(int left, int right)
    {
        int formA = _formOf[left];
        int formB = _formOf[right];
        int foldA = _foldOf[left];
        int foldB = _foldOf[right];
        return (formA > 0 && formA == formB) || (foldA > 0 && foldA == foldB)
            || (formA > 0 && formB > 0 && foldA == 0 && foldB == 0 && _formLane.Runes(formA)[0] < 0x2E80 && _formLane.Runes(formB)[0] < 0x2E80);
    }

    private int CompareForms(int left, int right)
    {
        ReadOnlySpan<int> a = _formLane.Runes(left);
        ReadOnlySpan<int> b = _formLane.Runes(right);
        if (a[0] >= 0x2E80 || b[0] >= 0x2E80)
        {
            // Of two or three characters one that agrees is little; names of co-multiples share one often.
            int same = 0;
            for (int i = 0; i < Math.Min(a.Length, b.Length); i++)
            {
                same += a[i] == b[i] ? 1 : 0;
            }

            return a.Length >= 3 && a.Length == b.Length && same == a.Length - 1 ? NameField.Similar : same > 0 && same * 2 >= Math.Max(a.Length, b.Length) ? NameField.Alike : NameField.Differs;
        }

        double similarity = _formLane.JaroWinkler(left, right);
        if (similarity < 0.5 && _nick[left] == 0)
        {
            // No short form, beginning or slip of the kinds below leaves so little.
            return NameField.Differs;
        }

        int shorter = Math.Min(a.Length, b.Length);
        int distance = Similarity.Alignment(a, b, 2);
        if (similarity >= 0.92 || (distance <= 1 && shorter >= 4) || (distance <= 2 && shorter >= 7) || (_nick[left] != 0 && _nick[left] == _nick[right]))
        {
            return NameField.Similar;
        }

        bool initial = shorter == 1 && a[0] == b[0];
        return similarity >= 0.82 || initial || (distance <= 2 && shorter >= 4) || (shorter >= 3 && a.CommonPrefixLength(b) == shorter) || SameLetters(a, b)
            ? NameField.Alike : NameField.Differs;
    }

    // Letters in another order, one of them possibly other: a slip of fast typing.
    private static bool SameLetters(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        if (a.Length < 5 || Math.Abs(a.Length - b.Length) > 1)
        {
            return false;
        }

        Span<int> counts = stackalloc int[128];
        counts.Clear();
        foreach (int sign in a)
        {
            counts[sign & 127]++;
        }

        int over = 0;
        foreach (int sign in b)
        {
            over += --counts[sign & 127] < 0 ? 1 : 0;
        }

        return over <= 1;
    }

    private static int Code(string text, Dictionary<string, int> codes, List<string> texts)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        if (!codes.TryGetValue(text, out int code))
        {
            code = texts.Count;
            texts.Add(text);
            codes[text] = code;
        }

        return code;
    }
}

/// <summary>A family or given name: form and reading in one comparison.</summary>
internal sealed class NameField(string name, FieldRole role, NameBook book)
    : LinkField(name, role == FieldRole.Surname ? LinkKind.Surname : LinkKind.Given, role,
    [
        "differs", "not a known reading", "a little similar", "similar", "known reading of the other", "same reading, other form", "same form, other reading",
        "same reading", "same form", "same form and reading", "family and given name swapped", "equals the other's other name",
    ])
{
    internal const int Differs = 0;
    internal const int Unread = 1;
    internal const int Alike = 2;
    internal const int Similar = 3;
    internal const int Bridge = 4;
    internal const int OtherForm = 5;
    internal const int OtherReading = 6;
    internal const int KanaOnly = 7;
    internal const int FormOnly = 8;
    internal const int Both = 9;
    internal const int Swapped = 10;
    internal const int Crossed = 11;

    internal NameBook Book => book;

    /// <summary>The frequency of each form and of each reading, as logarithms; <see cref="LinkField.TermLog"/> is not used.</summary>
    internal float[] FormLog { get; set; } = [];

    internal float[] KanaLog { get; set; } = [];

    internal override int Compare(int left, int right) => book.Compare(left, right);

    internal override int Self(int value) => book.Form(value) == 0 ? KanaOnly : book.Kana(value) == 0 ? FormOnly : Both;

    // Of similar names the more frequent one counts: a slip leads to it more often than away from it.
    internal override float Term(int left, int right, int level) => level switch
    {
        Both or FormOnly or OtherReading => FormLog[book.Form(left)],
        KanaOnly or OtherForm => KanaLog[book.Fold(book.Kana(left))],
        Bridge => KanaLog[book.Fold(Math.Max(book.Kana(left), book.Kana(right)))],
        _ => float.NaN,
    };

    internal override string Show(int value) => string.Join('/', new[] { book.FormText(book.Form(value)), book.KanaText(book.Kana(value)) }.Where(text => text.Length > 0));
}

/// <summary>Short forms of English given names that no measure of similarity finds. Common usage; our own list.</summary>
internal static class Nicknames
{
    private static readonly FrozenDictionary<string, int> Groups = Read(
        "ROBERT BOB BOBBY ROB ROBBIE BERT,WILLIAM BILL BILLY WILL WILLIE LIAM,RICHARD DICK RICK RICKY RICHIE,HENRY HARRY HANK HAL,JOHN JACK JOHNNY JON,"
        + "ELIZABETH LIZ LIZZIE BETH BETTY ELIZA BETSY BESS LIBBY,MARGARET PEGGY MAGGIE MEG MARGIE PEG,MARY POLLY MOLLY MAY MAMIE,CATHERINE KATE KATIE CATHY KITTY,"
        + "KATHERINE KATE KATIE KATHY KIT,EDWARD TED NED EDDIE TEDDY,JAMES JIM JIMMY JAMIE,CHARLES CHUCK CHARLIE CHAS,THOMAS TOM TOMMY,MICHAEL MIKE MICK MICKEY,"
        + "ANTHONY TONY,ALEXANDER ALEX SANDY ALEC XANDER,JOSEPH JOE JOEY,DAVID DAVE DAVY,DANIEL DAN DANNY,SAMUEL SAM SAMMY,MATTHEW MATT,ANDREW ANDY DREW,"
        + "CHRISTOPHER CHRIS KIT,NICHOLAS NICK NICKY,PATRICK PAT PADDY,FRANCIS FRANK,FREDERICK FRED FREDDIE,STEPHEN STEVE,STEVEN STEVE,GREGORY GREG,"
        + "TIMOTHY TIM,BENJAMIN BEN,LAWRENCE LARRY,SARAH SALLY SADIE,DOROTHY DOT DOLLY,HELEN NELL NELLIE,ELEANOR NELL NELLIE NORA,ANN NANCY NAN ANNIE,"
        + "REBECCA BECKY,SUSAN SUE SUSIE,VICTORIA VICKY TORI,ABIGAIL ABBY GAIL,CHARLOTTE LOTTIE CHARLIE,AMELIA MILLIE AMY,ISABELLA BELLA IZZY,THEODORE TED THEO,"
        + "JESSICA JESS,JENNIFER JENNY,ARCHIBALD ARCHIE,EUGENE GENE,LEONARD LEN LENNY LEO,RAYMOND RAY,RONALD RON,DONALD DON,KENNETH KEN,ALBERT BERT AL,GERALD GERRY JERRY");

    /// <summary>Returns the group of a name, 0 for none.</summary>
    public static int Group(string name) => Groups.GetValueOrDefault(name);

    // A short form of several names keeps its first group: a match by group is level "similar" and nothing stronger.
    private static FrozenDictionary<string, int> Read(string text)
    {
        Dictionary<string, int> groups = new(StringComparer.Ordinal);
        int group = 0;
        foreach (string line in text.Split(','))
        {
            group++;
            foreach (string name in line.Split(' '))
            {
                groups.TryAdd(name, group);
            }
        }

        return groups.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
