namespace Warehouse.Reporting.Freshness;

/// <summary>Compares what came with what was agreed; pure.</summary>
public static class DeliveryJudge
{
    /// <summary>Returns the freshness of one source on a day.</summary>
    /// <remarks>
    /// Periods count from the first that a published file covers; a source that never came has no missing months, its state says so.
    /// A period counts as received when a published file covers a day of it, and on the day on which the first such file came.
    /// </remarks>
    public static SourceFreshness Judge(SourceTerms terms, IEnumerable<Delivery> deliveries, DateOnly asOf)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(deliveries);
        List<Delivery> all = deliveries.Where(delivery => delivery.Feed == terms.Feed && ReceivedOn(delivery) <= asOf).ToList();
        List<Delivery> published = all.Where(delivery => delivery.IsPublished == 1).ToList();
        int refused = all.Count(delivery => delivery.IsPublished == 0 && delivery.StatusCode == "failed");
        if (published.Count == 0)
        {
            return new SourceFreshness { Terms = terms, State = terms.IsRequired || refused > 0 ? FreshnessState.Never : FreshnessState.NotUsed, RefusedCount = refused };
        }

        List<DateOnly> missing = [];
        List<LateDelivery> late = [];
        FreshnessState state = FreshnessState.Current;
        DateOnly begin = Align(published.Min(delivery => delivery.PeriodFrom), terms.PeriodMonths);
        DateOnly due = Due(begin, terms);
        for (; due < asOf; begin = begin.AddMonths(terms.PeriodMonths), due = Due(begin, terms))
        {
            DateOnly end = begin.AddMonths(terms.PeriodMonths);
            List<DateOnly> received = published.Where(delivery => delivery.PeriodFrom < end && delivery.PeriodTo >= begin).Select(ReceivedOn).ToList();
            DateOnly latest = due.AddDays(terms.GraceDays);
            if (received.Count > 0)
            {
                state = missing.Count > 0 ? FreshnessState.Gap : FreshnessState.Current;
                if (received.Min() > latest)
                {
                    late.Add(new LateDelivery(begin, due, received.Min()));
                }
            }
            else if (asOf > latest)
            {
                missing.Add(begin);
                state = FreshnessState.Overdue;
            }
            else if (state is FreshnessState.Current or FreshnessState.Gap)
            {
                state = FreshnessState.Waiting;
            }
        }

        // What came before its day need not come again.
        while (published.Any(delivery => delivery.PeriodFrom < begin.AddMonths(terms.PeriodMonths) && delivery.PeriodTo >= begin))
        {
            begin = begin.AddMonths(terms.PeriodMonths);
        }

        return new SourceFreshness
        {
            Terms = terms,
            State = state,
            LastPeriodTo = published.Max(delivery => delivery.PeriodTo),
            LastReceived = published.Max(ReceivedOn),
            NextDue = Due(begin, terms),
            Missing = missing,
            Late = late,
            RefusedCount = refused,
        };
    }

    // Japan has no summer time.
    private static DateOnly ReceivedOn(Delivery delivery) => DateOnly.FromDateTime(delivery.KnownFromUtc.AddHours(9));

    // Years begin in April; quarters and halves with them.
    private static DateOnly Align(DateOnly day, int months)
    {
        DateOnly month = new(day.Year, day.Month, 1);
        return month.AddMonths(-((month.Month + 8) % 12 % months));
    }

    private static DateOnly Due(DateOnly begin, SourceTerms terms)
    {
        DateOnly next = begin.AddMonths(terms.PeriodMonths);
        return next.AddDays(Math.Min(terms.ExpectedDay, DateTime.DaysInMonth(next.Year, next.Month)) - 1);
    }
}
