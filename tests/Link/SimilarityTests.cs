using Warehouse.Etl.Link.Engine;

namespace Warehouse.Tests.Link;

/// <summary>Measures of similarity against the published examples and against slow references written from the definitions.</summary>
public sealed class SimilarityTests
{
    [Theory]
    [InlineData("MARTHA", "MARHTA", 0.9611)]
    [InlineData("DWAYNE", "DUANE", 0.8400)]
    [InlineData("DIXON", "DICKSONX", 0.8133)]
    [InlineData("", "", 1)]
    [InlineData("A", "", 0)]
    public void Jaro_winkler_gives_the_published_values(string left, string right, double expected)
    {
        Assert.Equal(expected, Similarity.JaroWinkler<char>(left, right), 4);
        Assert.Equal(expected, Lane(left, right), 4);
    }

    [Fact]
    public void The_vector_form_equals_the_definition_for_random_words()
    {
        Random random = new(20260101);
        for (int i = 0; i < 60_000; i++)
        {
            string left = Word(random, 16);
            string right = random.Next(3) == 0 ? Slip(random, left) : Word(random, 16);
            double expected = Reference(left, right);
            Assert.Equal(expected, Similarity.JaroWinkler<char>(left, right));
            Assert.Equal(expected, Lane(left, right));
            Assert.Equal(expected, Similarity.JaroWinkler<char>(right, left));
            Assert.Equal(expected, Lane(right, left));
        }
    }

    [Theory]
    [InlineData("CA", "ABC", 3)]
    [InlineData("ABCD", "ACBD", 1)]
    [InlineData("さとう", "さとお", 1)]
    [InlineData("", "ABC", 3)]
    [InlineData("KITTEN", "SITTING", 3)]
    public void Alignment_gives_known_distances(string left, string right, int expected)
    {
        Assert.Equal(expected, Similarity.Alignment<char>(left, right));
    }

    [Fact]
    public void Alignment_equals_the_recursive_definition_and_its_limit_cuts_nothing_below_it()
    {
        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            string left = Word(random, 7);
            string right = random.Next(2) == 0 ? Slip(random, left) : Word(random, 7);
            int expected = Recursive(left, right, left.Length, right.Length, new Dictionary<(int, int), int>());
            Assert.Equal(expected, Similarity.Alignment<char>(left, right));
            for (int most = 0; most <= 3; most++)
            {
                Assert.Equal(Math.Min(expected, most + 1), Similarity.Alignment<char>(left, right, most));
            }
        }
    }

    [Fact]
    public void One_edit_is_what_the_distance_says()
    {
        Random random = new(9);
        int near = 0;
        for (int i = 0; i < 40_000; i++)
        {
            int[] a = [.. Enumerable.Range(0, random.Next(0, 6)).Select(_ => random.Next(3))];
            int[] b = [.. Enumerable.Range(0, random.Next(0, 6)).Select(_ => random.Next(3))];
            bool isNear = Similarity.Alignment<int>(a, b) <= 1;
            near += isNear ? 1 : 0;
            Assert.Equal(isNear, Similarity.IsOneEdit<int>(a, b));
        }

        Assert.True(near > 1000, $"{near}");
    }

    [Fact]
    public void A_character_outside_the_basic_plane_is_one_element()
    {
        Assert.Equal(1, Similarity.Alignment<int>(Similarity.Runes("𠮷田"), Similarity.Runes("吉田")));
    }

    private static double Lane(string left, string right)
    {
        byte[] a = new byte[16];
        byte[] b = new byte[16];
        for (int i = 0; i < left.Length; i++)
        {
            a[i] = (byte)left[i];
        }

        for (int i = 0; i < right.Length; i++)
        {
            b[i] = (byte)right[i];
        }

        return Similarity.JaroWinkler16(a, left.Length, b, right.Length);
    }

    private static string Word(Random random, int most) => new([.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => (char)('A' + random.Next(5)))]);

    private static string Slip(Random random, string word)
    {
        if (word.Length < 2)
        {
            return word;
        }

        int at = random.Next(word.Length - 1);
        return random.Next(3) switch
        {
            0 => word.Remove(at, 1),
            1 => word[..at] + word[at + 1] + word[at] + word[(at + 2)..],
            _ => word[..at] + 'E' + word[(at + 1)..],
        };
    }

    // From the definition: the shorter (or lesser) word is walked, each element takes the first free equal one in the window.
    private static double Reference(string one, string two)
    {
        if (one.Length > two.Length || (one.Length == two.Length && string.CompareOrdinal(one, two) > 0))
        {
            (one, two) = (two, one);
        }

        if (one.Length == 0)
        {
            return two.Length == 0 ? 1 : 0;
        }

        int window = Math.Max(0, (two.Length / 2) - 1);
        List<int> taken = [];
        string first = "";
        for (int i = 0; i < one.Length; i++)
        {
            int at = Enumerable.Range(0, two.Length).FirstOrDefault(j => Math.Abs(i - j) <= window && two[j] == one[i] && !taken.Contains(j), -1);
            if (at >= 0)
            {
                taken.Add(at);
                first += one[i];
            }
        }

        if (first.Length == 0)
        {
            return 0;
        }

        string second = new([.. taken.Order().Select(j => two[j])]);
        int half = first.Zip(second).Count(pair => pair.First != pair.Second) / 2;
        double m = first.Length;
        double jaro = ((m / one.Length) + (m / two.Length) + ((m - half) / m)) / 3;
        int prefix = Math.Min(4, one.Zip(two).TakeWhile(pair => pair.First == pair.Second).Count());
        return jaro > 0.7 ? jaro + (prefix * 0.1 * (1 - jaro)) : jaro;
    }

    private static int Recursive(string a, string b, int i, int j, Dictionary<(int, int), int> memo)
    {
        if (i == 0 || j == 0)
        {
            return Math.Max(i, j);
        }

        if (memo.TryGetValue((i, j), out int known))
        {
            return known;
        }

        int best = Math.Min(Recursive(a, b, i - 1, j, memo), Recursive(a, b, i, j - 1, memo)) + 1;
        best = Math.Min(best, Recursive(a, b, i - 1, j - 1, memo) + (a[i - 1] == b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        {
            best = Math.Min(best, Recursive(a, b, i - 2, j - 2, memo) + 1);
        }

        return memo[(i, j)] = best;
    }
}
