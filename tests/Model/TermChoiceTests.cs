using Warehouse.Model.Items;
using Warehouse.Model.Train;
using Xunit;

namespace Warehouse.Tests.Model;

/// <summary>Few terms chosen by exchanges.</summary>
public sealed class TermChoiceTests
{
    private const int Most = 3;

    private const double Penalty = 2;

    [Fact]
    public void Exchanges_end_no_worse_than_they_begin_and_mostly_at_the_best_of_all_choices()
    {
        int best = 0;
        for (ulong seed = 1; seed <= 20; seed++)
        {
            (FitRows rows, Term[] terms) = Table(seed);
            Term[] start = terms[..Most];

            IReadOnlyList<Term> chosen = TermChoice.Choose(rows, new TermList(rows, terms), start, terms, Most, Penalty, 0, TestContext.Current.CancellationToken);

            Assert.Equal(Most, chosen.Select(t => t.Key).Distinct().Count());
            double found = Objective(rows, chosen), least = Triples(terms.Length).Min(x => Objective(rows, [.. x.Select(t => terms[t])]));
            Assert.InRange(found, least - 1e-6, Objective(rows, start) + 1e-6);
            best += found <= least * (1 + 1e-6) ? 1 : 0;
        }

        Assert.InRange(best, 15, 20);
    }

    [Fact]
    public void A_term_that_no_path_held_is_found_in_the_family()
    {
        (FitRows rows, Term[] terms) = Table(4);
        Term[] start = terms[8..10];

        IReadOnlyList<Term> chosen = TermChoice.Choose(rows, new TermList(rows, terms), start, [], Most, Penalty, 0, TestContext.Current.CancellationToken);

        Assert.Contains(chosen, t => t.Key == terms[0].Key);
        Assert.True(Objective(rows, chosen) < Objective(rows, start));
    }

    private static double Objective(FitRows rows, IReadOnlyList<Term> terms) => new ColumnGeneration(rows, new TermList(rows, terms), 1e-9).Solve(Penalty).Objective;

    private static IEnumerable<int[]> Triples(int n) =>
        from a in Enumerable.Range(0, n) from b in Enumerable.Range(a + 1, n - a - 1) from c in Enumerable.Range(b + 1, n - b - 1) select new[] { a, b, c };

    // Ten columns of which later ones are blurred copies of earlier ones; the first three decide.
    private static (FitRows Rows, Term[] Terms) Table(ulong seed)
    {
        const int N = 400, Columns = 10;
        var random = new SplitMix(seed);
        var holds = new bool[Columns, N];
        var label = new bool[N];
        for (int r = 0; r < N; r++)
        {
            double score = -1;
            for (int c = 0; c < Columns; c++)
            {
                holds[c, r] = c < 3 || random.Next(3) == 0 ? random.Next(2) == 0 : holds[c % 3, r] ^ (c > 6 && holds[(c + 1) % 3, r]);
                score += c < 3 && holds[c, r] ? 1.2 - (0.3 * c) : 0;
            }

            label[r] = random.Next(1000) < 1000 * Logistic.Sigmoid(score);
        }

        int[] order = [.. Enumerable.Range(0, N).OrderBy(r => label[r] ? 0 : 1)];
        return (new FitRows(label.Count(y => y), [.. order.Select(_ => 1.0)]),
            [.. Enumerable.Range(0, Columns).Select(c => new Term([c], [.. Enumerable.Range(0, N).Where(i => holds[c, order[i]])], default, 1))]);
    }
}
