namespace Atelier.Generation.Calls;

/// <summary>
/// The calls that this process has under way, so many for each provider at most. Activities have a limited number of places in a process: a
/// provider that does not answer must not take them all, or it would keep every other provider's campaigns waiting too.
/// </summary>
/// <remarks>
/// A call that finds no place is told when to come back: about when its turn is, reckoned from how long calls take and from how many were
/// told so before it. The longest call under way counts as well, so that a provider that hangs is looked at ever more rarely.
/// </remarks>
/// <param name="places">How many calls of one provider may be under way.</param>
/// <param name="time">The clock.</param>
internal sealed class ProviderPlaces(int places, TimeProvider time)
{
    /// <summary>The setting for how many calls of one provider may be under way in one process.</summary>
    public const string Setting = "Providers:MaxConcurrentCalls";

    /// <summary>The default: what leaves two fifths of the activities that host.json allows (100) to everybody else.</summary>
    public const int Default = 60;

    /// <summary>The shortest time that a call is sent away for.</summary>
    public static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    /// <summary>The longest time that a call is sent away for.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    // How much the newest call counts in the average.
    private const double Newest = 0.1;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Provider> _providers = new(StringComparer.Ordinal);

    /// <summary>Takes a place until it is disposed of.</summary>
    /// <param name="provider">The provider's name.</param>
    /// <param name="wait">Where there is none: when to come back.</param>
    /// <returns><see langword="null"/> where there is none.</returns>
    public IDisposable? TryTake(string provider, out TimeSpan wait)
    {
        lock (_gate)
        {
            if (!_providers.TryGetValue(provider, out Provider? taken))
                _providers[provider] = taken = new Provider();
            if (taken.Running.Count < places)
            {
                wait = TimeSpan.Zero;
                var place = new Place(this, taken, time.GetTimestamp());
                taken.Running.AddLast(place);
                return place;
            }

            wait = TurnOf(taken);
            return null;
        }
    }

    private TimeSpan TurnOf(Provider taken)
    {
        long now = time.GetTimestamp();
        TimeSpan oldest = time.GetElapsedTime(taken.Running.First!.Value.Since, now);
        TimeSpan pace = oldest > taken.Average ? oldest : taken.Average;
        TimeSpan queue = taken.LastTurn > now ? time.GetElapsedTime(now, taken.LastTurn) : TimeSpan.Zero;
        TimeSpan first = pace / 2 > ShortestWait ? pace / 2 : ShortestWait;
        TimeSpan wait = (queue > first ? queue : first) + (pace / places);
        if (wait > LongestWait)
            wait = LongestWait;
        taken.LastTurn = now + (long)(wait.TotalSeconds * time.TimestampFrequency);
        return wait;
    }

    private void Leave(Place place)
    {
        lock (_gate)
        {
            if (!place.Owner.Running.Remove(place))
                return;
            TimeSpan took = time.GetElapsedTime(place.Since);
            place.Owner.Average += (took - place.Owner.Average) * Newest;
        }
    }

    private sealed class Provider
    {
        /// <summary>The longest under way first.</summary>
        public LinkedList<Place> Running { get; } = [];

        public TimeSpan Average { get; set; }

        /// <summary>When the call that was sent away last is to come back, as a timestamp.</summary>
        public long LastTurn { get; set; }
    }

    private sealed class Place(ProviderPlaces places, Provider owner, long since) : IDisposable
    {
        public Provider Owner => owner;

        public long Since => since;

        public void Dispose() => places.Leave(this);
    }
}
