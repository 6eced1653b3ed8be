namespace Warehouse.Etl.Link.Engine;

/// <summary>The distinct texts of a field in the form in which they are compared: a lane of 16 bytes where one byte an element is enough, code points otherwise.</summary>
internal sealed class TextLane
{
    private byte[] _lanes = [];
    private byte[] _lengths = [];
    private int[][] _runes = [];
    private ulong[] _signs = [];

    /// <summary>Prepares texts; ASCII takes its own byte, katakana one byte a sign above 0x80.</summary>
    public TextLane(IReadOnlyList<string> texts) => Grow(texts);

    /// <summary>Prepares the texts that came since; those before stand as they are.</summary>
    public void Grow(IReadOnlyList<string> texts)
    {
        int from = _lengths.Length;
        Array.Resize(ref _lanes, 16 * texts.Count);
        Array.Resize(ref _lengths, texts.Count);
        Array.Resize(ref _runes, texts.Count);
        Array.Resize(ref _signs, texts.Count);
        for (int i = from; i < texts.Count; i++)
        {
            string text = texts[i];
            int at = 0;
            while (at < text.Length && at < 16 && Code(text[at]) is > 0 and int code)
            {
                _lanes[(16 * i) + at++] = (byte)code;
            }

            _lengths[i] = at == text.Length ? (byte)at : byte.MaxValue;
            _runes[i] = Similarity.Runes(text);
            foreach (int rune in _runes[i])
            {
                _signs[i] |= 1UL << (int)(((uint)rune * 0x9E3779B1u) >> 26);
            }
        }
    }

    /// <summary>Returns the set of a text's code points, each as one of 64 bits.</summary>
    public ulong Signs(int text) => _signs[text];

    /// <summary>Returns the code points of a text.</summary>
    public ReadOnlySpan<int> Runes(int text) => _runes[text];

    /// <summary>Returns the Jaro-Winkler similarity of two texts.</summary>
    public double JaroWinkler(int left, int right) => _lengths[left] <= 16 && _lengths[right] <= 16
        ? Similarity.JaroWinkler16(_lanes.AsSpan(16 * left, 16), _lengths[left], _lanes.AsSpan(16 * right, 16), _lengths[right])
        : Similarity.JaroWinkler<int>(_runes[left], _runes[right]);

    // 0x30A1 (ァ) to 0x30FE (ヾ) are 94 signs.
    private static int Code(char sign) => sign is > '\0' and < '\u0080' ? sign : sign is >= '\u30A1' and <= '\u30FE' ? sign - 0x30A1 + 0x81 : 0;
}
