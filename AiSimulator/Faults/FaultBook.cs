using AiSimulator.Calls;

namespace AiSimulator.Faults;

/// <summary>The rules in force. A rule whose number of calls is used up is removed.</summary>
internal sealed class FaultBook(SimulatorOptions options)
{
    private readonly Lock _gate = new();
    private readonly List<FaultRule> _rules = [];
    private long _lastId;

    public IReadOnlyList<FaultRule> Rules
    {
        get
        {
            lock (_gate) return [.. _rules];
        }
    }

    public FaultRule Add(Func<long, FaultRule> make)
    {
        lock (_gate)
        {
            var rule = make(++_lastId);
            _rules.Add(rule);
            return rule;
        }
    }

    public bool Remove(long id)
    {
        lock (_gate) return _rules.RemoveAll(r => r.Id == id) > 0;
    }

    public void Clear()
    {
        lock (_gate) _rules.Clear();
    }

    /// <summary>The fault of the first rule that strikes this call; which calls a share strikes follows from the seed.</summary>
    public Fault? Strike(CallRecord call)
    {
        lock (_gate)
        {
            for (var i = 0; i < _rules.Count; i++)
            {
                var rule = _rules[i];
                if (!rule.Matches(call)) continue;
                if (rule.Share < 1 && Dice.For(options.Seed.ToString(), rule.Id.ToString(), call.Number.ToString()).Next() >= rule.Share) continue;

                if (rule.Remaining is 1) _rules.RemoveAt(i);
                else _rules[i] = rule with { Remaining = rule.Remaining - 1, Struck = rule.Struck + 1 };
                return rule.Fault;
            }
            return null;
        }
    }
}
