using System.Collections.Frozen;
using Warehouse.Etl.Link.Names;

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
    private readonly Dictionary<string, int> _foldCodes = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly Dictionary<string, int> _soundCodes = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly List<string> _foldTexts = [""];
    private readonly TextLane _formLane = new([""]);
    private readonly TextLane _foldLane = new([""]);
    private int[] _fold = [];
    private int[] _sound = [];
    private int[] _formOf = [];
    private int[] _kanaOf = [];
    private int[] _foldOf = [];
    private bool[] _isWild = [];
    private Key[] _formKeys = [];
    private Key[] _keys = [];
    private ulong[] _foldHashes = [];
    private int[] _nick = [];
    private readonly HashSet<long> _readings = [];
    private readonly HashSet<int> _read = [];
    private readonly Dictionary<int, int> _ownReadings = [];

    /// <summary>Returns the code of the reading that a form in kana is itself; 0 for other forms and for none.</summary>
    public int OwnReading(int form)
    {
        if (form == 0)
        {
            return 0;
        }

        if (!_ownReadings.TryGetValue(form, out int kana))
        {
            string text = FormText(form);
            _ownReadings[form] = kana = text.AsSpan().IndexOfAnyExceptInRange('ァ', 'ー') < 0 ? KanaCode(text) : 0;
        }

        return kana;
    }

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

    /// <summary>The code of the reading with what sounds the same made one, long vowels kept; see <see cref="KanaKeys.Sound"/>.</summary>
    public int Sound(int kana) => _sound[kana];

    /// <summary>The hash of a reading with like-sounding signs made one, 0 for none.</summary>
    public ulong FoldHash(int kana) => _foldHashes[kana];

    /// <summary>Closes the book: what is compared is prepared, and every name with form and reading teaches how the form is read.</summary>
    /// <param name="normaliser">Folds readings.</param>
    /// <param name="teachers">The names of the records that teach; codes, each any number of times. A book that is closed again keeps what it was taught.</param>
    /// <remarks>Names that came after the first closing are prepared by the next one; those before keep their codes.</remarks>
    public void Close(ILinkNormaliser normaliser, ReadOnlySpan<int> teachers)
    {
        _formLane.Grow(_forms);
        int kanas = _fold.Length;
        Array.Resize(ref _fold, _kanas.Count);
        Array.Resize(ref _sound, _kanas.Count);
        Array.Resize(ref _foldHashes, _kanas.Count);
        for (int i = Math.Max(1, kanas); i < _kanas.Count; i++)
        {
            string sound = KanaKeys.Sound(_kanas[i]);
            if (!_soundCodes.TryGetValue(sound, out _sound[i]))
            {
                _soundCodes[sound] = _sound[i] = _soundCodes.Count;
            }

            string fold = normaliser.KanaFold(_kanas[i]);
            _foldHashes[i] = LinkTable.Hash(fold);
            if (!_foldCodes.TryGetValue(fold, out _fold[i]))
            {
                _foldCodes[fold] = _fold[i] = _foldTexts.Count;
                _foldTexts.Add(fold);
            }
        }

        _foldLane.Grow(_foldTexts);
        int forms = _isWild.Length;
        Array.Resize(ref _isWild, _forms.Count);
        Array.Resize(ref _nick, _forms.Count);
        for (int form = forms; form < _forms.Count; form++)
        {
            _isWild[form] = _forms[form].Contains(NameTables.Wildcard, StringComparison.Ordinal);
            _nick[form] = Nicknames.Group(_forms[form]);
        }

        int names = _formOf.Length;
        Array.Resize(ref _formOf, _values.Count);
        Array.Resize(ref _kanaOf, _values.Count);
        Array.Resize(ref _foldOf, _values.Count);
        for (int name = names; name < _values.Count; name++)
        {
            (_formOf[name], _kanaOf[name]) = _values[name];
            _foldOf[name] = _fold[_kanaOf[name]];
        }

        Learn(teachers);
        MakeKeys(forms, names);
    }

    private void Learn(ReadOnlySpan<int> teachers)
    {
        bool[] isSeen = new bool[teachers.Length == 0 ? 0 : _values.Count];
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

    // What two names are told apart by at a glance, in one place of memory.
    private struct Key
    {
        internal int Form;
        internal int Fold;
        internal int FormLength;
        internal int KanaLength;
        internal ulong KanaSigns;

        // Up to four characters, 16 bits each; of Latin forms the set of letters.
        internal ulong Characters;

        // Forms that could be taken for each other have the same; 0 where that cannot be said.
        internal ulong LikeKey;

        // The set of the known readings of the form.
        internal ulong Readings;
        internal bool IsPacked;
        internal bool IsLatin;
    }

    // Of forms and names from those places on; readings are known before the first of them.
    private void MakeKeys(int firstForm, int firstName)
    {
        ulong[] readings = new ulong[firstForm == 0 ? _forms.Count : 0];
        foreach (long reading in readings.Length == 0 ? [] : _readings)
        {
            readings[reading >> 32] |= Bit((int)reading);
        }

        Array.Resize(ref _formKeys, _forms.Count);
        for (int form = Math.Max(1, firstForm); form < _formKeys.Length; form++)
        {
            ReadOnlySpan<int> runes = _formLane.Runes(form);
            bool isLatin = runes[0] < 0x2E80;
            bool isPacked = !isLatin && !_isWild[form] && runes.Length <= 4 && runes.IndexOfAnyExceptInRange(1, 0xFFFF) < 0;
            Key key = new() { Form = form, FormLength = runes.Length, IsLatin = isLatin && _nick[form] == 0, IsPacked = isPacked, Readings = firstForm == 0 ? readings[form] : 0, Characters = isLatin ? _formLane.Signs(form) : 0, LikeKey = 17 };
            for (int i = 0; i < runes.Length; i++)
            {
                key.Characters |= isPacked ? (ulong)runes[i] << (16 * i) : 0;
                key.LikeKey = LinkTable.Mix((key.LikeKey * 31) + (ulong)LikeClasses.GetValueOrDefault(runes[i], runes[i]));
            }

            _formKeys[form] = key;
        }

        Array.Resize(ref _keys, _values.Count);
        for (int name = Math.Max(1, firstName); name < _keys.Length; name++)
        {
            _keys[name] = _formKeys[_formOf[name]];
            _keys[name].Fold = _foldOf[name];
            _keys[name].KanaLength = _foldLane.Runes(_foldOf[name]).Length;
            _keys[name].KanaSigns = _foldLane.Signs(_foldOf[name]);
        }
    }

    private static ulong Bit(int fold) => 1UL << (int)(((uint)fold * 0x9E3779B1u) >> 26);

    // Characters that a chain of tier 2 joins: only a sieve before the comparison itself, which never chains.
    private static readonly FrozenDictionary<int, int> LikeClasses = ReadLikeClasses();

    private static FrozenDictionary<int, int> ReadLikeClasses()
    {
        Dictionary<int, int> root = [];
        int Root(int rune)
        {
            while (root.TryGetValue(rune, out int next) && next != rune)
            {
                rune = next;
            }

            return rune;
        }

        foreach (long pair in NameTables.Like)
        {
            int a = Root((int)(pair >> 32));
            int b = Root((int)pair);
            root[Math.Max(a, b)] = Math.Min(a, b);
        }

        return root.Keys.ToFrozenDictionary(rune => rune, Root);
    }

    /// <summary>Returns whether the level of two names is <see cref="NameField.Differs"/>, where that is seen at a glance; false says nothing.</summary>
    public bool IsFar(int left, int right)
    {
        ref readonly Key a = ref _keys[left];
        ref readonly Key b = ref _keys[right];
        bool forms = a.Form > 0 && b.Form > 0;
        if (a.Fold > 0 && b.Fold > 0)
        {
            if (!IsFar(a.KanaSigns, a.KanaLength, b.KanaSigns, b.KanaLength, 0.66))
            {
                return false;
            }

            if (!forms)
            {
                return ((a.Readings & Bit(b.Fold)) | (b.Readings & Bit(a.Fold))) == 0;
            }
        }

        if (!forms || a.Form == b.Form)
        {
            return false;
        }

        if (a.IsPacked && b.IsPacked)
        {
            int length = Math.Min(a.FormLength, b.FormLength);
            ulong other = a.Characters ^ b.Characters;
            int same = 0;
            for (int i = 0; i < length; i++)
            {
                same += (ushort)(other >> (16 * i)) == 0 ? 1 : 0;
            }

            return same * 2 < Math.Max(a.FormLength, b.FormLength) && a.LikeKey != b.LikeKey;
        }

        return a.IsLatin && b.IsLatin && IsFar(a.Characters, a.FormLength, b.Characters, b.FormLength, 0.5);
    }

    // Signs that the other has not match nothing: that bounds Jaro's similarity from above. Winkler's addition begins at .7, and an edit leaves more than that.
    private static bool IsFar(ulong signsA, int lengthA, ulong signsB, int lengthB, double least)
    {
        int most = Math.Min(lengthA - System.Numerics.BitOperations.PopCount(signsA & ~signsB), lengthB - System.Numerics.BitOperations.PopCount(signsB & ~signsA));
        return most <= 0 || ((double)most / lengthA) + ((double)most / lengthB) + 1 < 3 * least;
    }

    /// <summary>Returns the level of two names; see <see cref="NameField"/>.</summary>
    public int Compare(int left, int right) => Compare(_formOf[left], _kanaOf[left], _formOf[right], _kanaOf[right]);

    /// <summary>Returns the level of two names by their forms and readings, 0 for what is missing.</summary>
    public int Compare(int formA, int kanaA, int formB, int kanaB)
    {
        bool forms = formA > 0 && formB > 0;
        bool kanas = kanaA > 0 && kanaB > 0;
        if (!forms && !kanas)
        {
            if ((formA | kanaA) == 0 || (formB | kanaB) == 0)
            {
                return LinkField.Null;
            }

            (int form, int kana) = formA > 0 ? (formA, kanaB) : (formB, kanaA);
            return IsReading(form, kana) ? NameField.Bridge : _read.Contains(form) ? NameField.Unread : LinkField.Null;
        }

        if (!forms)
        {
            // The form of one is known to be read as the other reads: a misreading, not another name.
            int level = _sound[kanaA] == _sound[kanaB] ? NameField.KanaOnly : CompareKanas(kanaA, kanaB);
            return level < NameField.Similar && (IsReading(formA, kanaB) || IsReading(formB, kanaA)) ? NameField.Bridge : level;
        }

        if (!kanas)
        {
            return formA == formB && !_isWild[formA] ? NameField.FormOnly : CompareForms(formA, formB);
        }

        bool sameKana = _sound[kanaA] == _sound[kanaB];
        if (formA == formB && !_isWild[formA])
        {
            return sameKana ? NameField.Both : CompareKanas(kanaA, kanaB) == NameField.Similar ? NameField.NearReading : NameField.OtherReading;
        }

        if (sameKana)
        {
            return IsLike(formA, formB) ? NameField.LikeForm : NameField.OtherForm;
        }

        // Two witnesses, and neither says the same: co-multiples are like that more often than one person.
        int either = Math.Max(CompareKanas(kanaA, kanaB), CompareForms(formA, formB));
        return either == NameField.Similar ? NameField.NearBoth : either;
    }

    private bool IsReading(int form, int kana) => form > 0 && _readings.Contains(((long)form << 32) | (uint)_fold[kana]);

    private int CompareKanas(int left, int right)
    {
        // Folded, so that what only sounds alike costs no edit.
        int a = _fold[left];
        int b = _fold[right];
        ReadOnlySpan<int> x = _foldLane.Runes(a);
        ReadOnlySpan<int> y = _foldLane.Runes(b);
        if (a == b || (Math.Max(x.Length, y.Length) >= 3 && Similarity.IsOneEdit(x, y)))
        {
            return NameField.Similar;
        }

        return _foldLane.JaroWinkler(a, b) >= 0.82 || (Math.Max(x.Length, y.Length) == 2 && Similarity.IsOneEdit(x, y)) ? NameField.Alike : NameField.Differs;
    }

    // Equal but for characters that are taken for each other, or that one of the two has lost.
    private bool IsLike(int left, int right)
    {
        ReadOnlySpan<int> a = _formLane.Runes(left);
        ReadOnlySpan<int> b = _formLane.Runes(right);
        if (a.Length != b.Length)
        {
            return false;
        }

        bool isKnown = false;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] == NameTables.Wildcard || b[i] == NameTables.Wildcard)
            {
                continue;
            }

            if (a[i] != b[i] && !NameTables.Like.Contains(NameTables.PairKey(a[i], b[i])))
            {
                return false;
            }

            isKnown = true;
        }

        return isKnown;
    }

    /// <summary>Returns whether a family name may be the given name of another record: Japanese names only where they are equal, Latin ones also where they are similar.</summary>
    public bool MayCross(int left, int right)
    {
        ref readonly Key a = ref _keys[left];
        ref readonly Key b = ref _keys[right];
        return (a.Form > 0 && a.Form == b.Form) || (a.Fold > 0 && a.Fold == b.Fold)
            || (a.Form > 0 && b.Form > 0 && a.Fold == 0 && b.Fold == 0 && _formLane.Runes(a.Form)[0] < 0x2E80 && _formLane.Runes(b.Form)[0] < 0x2E80);
    }

    private int CompareForms(int left, int right)
    {
        ReadOnlySpan<int> a = _formLane.Runes(left);
        ReadOnlySpan<int> b = _formLane.Runes(right);
        if (a[0] >= 0x2E80 || b[0] >= 0x2E80)
        {
            if (IsLike(left, right))
            {
                return NameField.Similar;
            }

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

    /// <summary>Whether a form is of Latin letters.</summary>
    public bool IsLatin(int form) => form > 0 && _forms[form][0] < 0x2E80;

    /// <summary>Returns the text of a folded reading.</summary>
    public string FoldText(int fold) => _foldTexts[fold];

    /// <summary>Whether two folded readings are one edit apart.</summary>
    public bool IsNear(int foldA, int foldB) => Math.Min(_foldLane.Runes(foldA).Length, _foldLane.Runes(foldB).Length) >= 3 && Similarity.IsOneEdit(_foldLane.Runes(foldA), _foldLane.Runes(foldB));

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

/// <summary>A family or given name, or that of a guardian: form and reading in one comparison.</summary>
internal sealed class NameField(string name, LinkKind kind, FieldRole role, NameBook book)
    : LinkField(name, kind, role,
    [
        "differs", "not a known reading", "a little similar", "form and reading similar at best", "similar", "known reading of the other", "same reading, other form",
        "same reading, form taken for the other", "same form, other reading", "same form, similar reading", "same reading", "same form", "same form and reading",
        "equals the other's other name", "parts of the name in another order",
    ])
{
    internal const int Differs = 0;
    internal const int Unread = 1;
    internal const int Alike = 2;
    internal const int NearBoth = 3;
    internal const int Similar = 4;
    internal const int Bridge = 5;
    internal const int OtherForm = 6;
    internal const int LikeForm = 7;
    internal const int OtherReading = 8;
    internal const int NearReading = 9;
    internal const int KanaOnly = 10;
    internal const int FormOnly = 11;
    internal const int Both = 12;
    internal const int Crossed = 13;
    internal const int Swapped = 14;

    internal NameBook Book => book;

    /// <summary>The frequency of each form and of each reading, as logarithms; <see cref="LinkField.TermLog"/> is not used.</summary>
    internal float[] FormLog { get; set; } = [];

    internal float[] KanaLog { get; set; } = [];

    internal override int Compare(int left, int right) => book.Compare(left, right);

    internal override int Self(int value) => book.Form(value) == 0 ? KanaOnly : book.Kana(value) == 0 ? FormOnly : Both;

    internal override bool HasTerm(int level) => level is >= Bridge and <= Both;

    internal override float Term(int left, int right, int level) => level switch
    {
        Both or FormOnly or OtherReading or NearReading => FormLog[book.Form(left)],
        KanaOnly or OtherForm or LikeForm => KanaLog[book.Fold(book.Kana(left))],
        Bridge => KanaLog[book.Fold(book.Form(left) == 0 || book.Kana(right) == 0 ? book.Kana(left) : book.Kana(right))],
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
