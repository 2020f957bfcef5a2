namespace Atelier.Generation.Calls;

/// <summary>
/// Limits the calls to each provider that this process has under way. A process runs a limited number of activities: a provider that does not
/// respond must not occupy them all, or the campaigns of every other provider would wait too.
/// </summary>
/// <remarks>
/// A call that gets no slot gets a wait instead: an estimate of when a slot will be free, from how long calls took that have ended and how many calls are
/// already waiting. While none ends, each round of waits is twice as long as the one before. The age of the calls under way does not count: one that
/// hangs, or a process that was paused, must not hold the others back.
/// </remarks>
/// <param name="slots">How many calls to one provider may be under way.</param>
/// <param name="time">The clock.</param>
internal sealed class ProviderConcurrencyLimiter(int slots, TimeProvider time)
{
    /// <summary>The setting for how many calls to one provider may be under way in one process.</summary>
    public const string Setting = "Providers:MaxConcurrentCalls";

    /// <summary>The default. It leaves two fifths of the 100 activities that host.json allows to other work.</summary>
    public const int Default = 60;

    /// <summary>The shortest wait.</summary>
    public static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    // The weight of the newest call in the average.
    private const double Newest = 0.1;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Provider> _providers = new(StringComparer.Ordinal);

    /// <summary>Takes a slot, which is free again once it is disposed of.</summary>
    /// <param name="provider">The provider's name.</param>
    /// <param name="wait">How long to wait before the next try; zero where there is a slot.</param>
    /// <returns>The slot; <see langword="null"/> where none is free.</returns>
    public IDisposable? TryTake(string provider, out TimeSpan wait)
    {
        lock (_gate)
        {
            if (!_providers.TryGetValue(provider, out var taken))
                _providers[provider] = taken = new Provider();
            if (taken.Running.Count < slots)
            {
                wait = TimeSpan.Zero;
                var slot = new Slot(this, taken, time.GetTimestamp());
                taken.Running.Add(slot);
                return slot;
            }

            wait = WaitFor(taken);
            return null;
        }
    }

    private TimeSpan WaitFor(Provider taken)
    {
        var now = time.GetTimestamp();
        if (taken.HasEnded)
        {
            taken.Pace = taken.Average;
        }
        else if (taken.WaitsUntil <= now)
        {
            // Those that waited are back, and nothing has ended meanwhile.
            taken.Pace = taken.Pace * 2 > ShortestWait ? taken.Pace * 2 : ShortestWait;
        }

        if (taken.WaitsUntil <= now)
            taken.HasEnded = false;
        var pace = taken.Pace < LongestWait ? taken.Pace : LongestWait;
        var queue = taken.WaitsUntil > now ? time.GetElapsedTime(now, taken.WaitsUntil) : TimeSpan.Zero;
        var first = pace / 2 > ShortestWait ? pace / 2 : ShortestWait;
        var wait = (queue > first ? queue : first) + (pace / slots);
        if (wait > LongestWait)
            wait = LongestWait;
        taken.WaitsUntil = now + (long)(wait.TotalSeconds * time.TimestampFrequency);
        return wait;
    }

    private void Release(Slot slot)
    {
        lock (_gate)
        {
            if (!slot.Owner.Running.Remove(slot))
                return;
            var took = time.GetElapsedTime(slot.Since);
            slot.Owner.Average += (took - slot.Owner.Average) * (slot.Owner.Average == TimeSpan.Zero ? 1 : Newest);
            slot.Owner.HasEnded = true;
        }
    }

    private sealed class Provider
    {
        public HashSet<Slot> Running { get; } = [];

        /// <summary>How long calls take that have ended.</summary>
        public TimeSpan Average { get; set; }

        /// <summary>Whether a call has ended since those that wait began to.</summary>
        public bool HasEnded { get; set; }

        /// <summary>How long calls are expected to take.</summary>
        public TimeSpan Pace { get; set; }

        /// <summary>When the wait of the last call that got no slot ends, as a timestamp.</summary>
        public long WaitsUntil { get; set; }
    }

    private sealed class Slot(ProviderConcurrencyLimiter limiter, Provider owner, long since) : IDisposable
    {
        public Provider Owner => owner;

        public long Since => since;

        public void Dispose() => limiter.Release(this);
    }
}
