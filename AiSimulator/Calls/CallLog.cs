namespace AiSimulator.Calls;

/// <summary>Every call, counted by campaign and part. Counts are exact; of the calls themselves the latest are kept.</summary>
internal sealed class CallLog(TimeProvider clock)
{
    private const int Kept = 20_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<CallRecord> _calls = [];
    private readonly Dictionary<long, LinkedListNode<CallRecord>> _byNumber = [];
    private readonly Dictionary<(string Campaign, string Part, string Operation), PartCount> _counts = [];
    private readonly Dictionary<(string Campaign, string Operation), int> _arrivals = [];
    private readonly Dictionary<string, (int Now, int Peak)> _running = [];
    private long _last;

    /// <summary>Opens a call. Without a given identity, the campaign follows from the prompt and the part from the arrival.</summary>
    public CallRecord Begin(string provider, string operation, CallIdentity? identity, string prompt, string? model)
    {
        lock (_gate)
        {
            identity ??= Arrived(operation, CallIdentity.CampaignOf(prompt));
            var key = (identity.Campaign, identity.Part, operation);
            var count = _counts.GetValueOrDefault(key) ?? new PartCount();
            _counts[key] = count with { Calls = count.Calls + 1 };
            Shift(operation, +1);
            Shift("all", +1);

            _last++;
            var call = new CallRecord
            {
                Number = _last,
                Time = clock.GetUtcNow(),
                Provider = provider,
                Operation = operation,
                Campaign = identity.Campaign,
                Part = identity.Part,
                Attempt = count.Calls + 1,
                Model = model,
                Prompt = prompt.Length <= 140 ? prompt : prompt[..140],
                RequestId = $"req_{Dice.Hash(provider, _last.ToString()):x16}{Dice.Hash(operation, _last.ToString()):x16}",
            };
            _byNumber[call.Number] = _calls.AddLast(call);
            if (_calls.Count > Kept)
            {
                _byNumber.Remove(_calls.First!.Value.Number);
                _calls.RemoveFirst();
            }
            return call;
        }
    }

    /// <summary>Closes a call; a second close changes nothing.</summary>
    /// <param name="call">As <see cref="Begin"/> gave it.</param>
    /// <param name="outcome">See <see cref="CallRecord.Outcome"/>.</param>
    /// <param name="status">The status sent.</param>
    /// <param name="isOk">Whether the client got the true response. The job behind it may still fail.</param>
    public void End(CallRecord call, string outcome, int? status, bool isOk)
    {
        lock (_gate)
        {
            if (_byNumber.GetValueOrDefault(call.Number) is { } node)
            {
                if (node.Value.Outcome != "running") return;
                node.Value = call with
                {
                    Outcome = outcome,
                    Status = status,
                    DurationMs = Math.Round((clock.GetUtcNow() - call.Time).TotalMilliseconds, 1),
                };
            }
            Shift(call.Operation, -1);
            Shift("all", -1);
            var key = (call.Campaign, call.Part, call.Operation);
            if (_counts.TryGetValue(key, out var count))
                _counts[key] = isOk ? count with { Ok = count.Ok + 1 } : count with { Failed = count.Failed + 1 };
        }
    }

    /// <summary>The calls after a number, oldest first, at most <paramref name="limit"/> of the latest.</summary>
    public IReadOnlyList<CallRecord> List(string? campaign, string? part, long after, int limit)
    {
        lock (_gate)
        {
            var found = new List<CallRecord>();
            for (var node = _calls.Last; node is not null && node.Value.Number > after && found.Count < limit; node = node.Previous)
            {
                if ((campaign is null || node.Value.Campaign == campaign) && (part is null || node.Value.Part == part)) found.Add(node.Value);
            }
            found.Reverse();
            return found;
        }
    }

    public CallStatistics Statistics(string? campaign)
    {
        lock (_gate)
        {
            var campaigns = _counts
                .Where(c => campaign is null || c.Key.Campaign == campaign)
                .GroupBy(c => c.Key.Campaign)
                .ToDictionary(c => c.Key, c => c.GroupBy(p => p.Key.Part).ToDictionary(p => p.Key, p => p.ToDictionary(o => o.Key.Operation, o => o.Value)));
            var all = _running.GetValueOrDefault("all");
            return new CallStatistics(
                _last,
                all.Now,
                all.Peak,
                _running.Where(r => r.Key != "all").ToDictionary(r => r.Key, r => new Concurrency(r.Value.Now, r.Value.Peak)),
                campaigns);
        }
    }

    /// <summary>Forgets all calls and counts; numbers keep counting up and calls under way still end.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _calls.Clear();
            _byNumber.Clear();
            _counts.Clear();
            _arrivals.Clear();
            foreach (var operation in _running.Keys.ToArray()) _running[operation] = (_running[operation].Now, _running[operation].Now);
        }
    }

    private CallIdentity Arrived(string operation, string campaign)
    {
        var arrival = _arrivals.GetValueOrDefault((campaign, operation));
        _arrivals[(campaign, operation)] = arrival + 1;
        return new CallIdentity(campaign, operation == Operations.Image ? $"image/{arrival}" : operation, IsGiven: false);
    }

    private void Shift(string operation, int by)
    {
        var (now, peak) = _running.GetValueOrDefault(operation);
        _running[operation] = (now + by, Math.Max(peak, now + by));
    }
}
