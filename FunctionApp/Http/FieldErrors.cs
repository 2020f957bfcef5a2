using Atelier.Problems;

namespace Atelier.Http;

/// <summary>Collects what is wrong with a request, so that one response reports it all.</summary>
internal sealed class FieldErrors
{
    private readonly Dictionary<string, List<string>> _errors = [];

    /// <summary>Adds an error: the rest of a sentence that begins with the field's name.</summary>
    public void Add(string field, string error)
    {
        if (!_errors.TryGetValue(field, out var errors))
            _errors[field] = errors = [];
        errors.Add(error);
    }

    /// <summary>Says that a field must be there, unless something else is wrong with it already.</summary>
    public void AddMissing(string field)
    {
        if (!_errors.ContainsKey(field) && !_errors.ContainsKey("body"))
            Add(field, "is missing.");
    }

    /// <summary>Ends the request when anything is wrong.</summary>
    /// <exception cref="ApiException">400 with the errors by field.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
            throw ApiException.Invalid(_errors.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()));
    }
}
