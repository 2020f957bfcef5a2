namespace DurableTask.PostgreSQL.Client;

/// <summary>What the id of an instance may be: the rules of the official clients.</summary>
internal static class InstanceIds
{
    private const int MaxLength = 256;

    /// <exception cref="ArgumentException">
    /// The id is longer than 256 characters, begins with <c>@</c>, which is kept for entities, or holds a control character.
    /// </exception>
    public static string Check(string id)
    {
        if (id.Length > MaxLength)
        {
            throw new ArgumentException($"The ID of an instance has at most {MaxLength} characters; this one has {id.Length}.", nameof(id));
        }

        if (id.StartsWith('@'))
        {
            throw new ArgumentException($"'{id}' cannot be the ID of an orchestration: it begins with @.", nameof(id));
        }

        return id.Any(char.IsControl) || Payload.Storable(id) != id
            ? throw new ArgumentException("The ID of an instance cannot contain control characters or halves of surrogate pairs.", nameof(id))
            : id;
    }
}
