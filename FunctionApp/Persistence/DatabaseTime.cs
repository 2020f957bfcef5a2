namespace Atelier.Persistence;

/// <summary>PostgreSQL's time in queries: what several processes write and compare is by its clock alone.</summary>
public static class DatabaseTime
{
    /// <summary><c>now()</c>: when the transaction began.</summary>
    /// <exception cref="InvalidOperationException">It is called outside a query.</exception>
    public static DateTimeOffset Now() => throw new InvalidOperationException("PostgreSQL's time is for queries.");

    /// <summary><c>clock_timestamp()</c>: when a row is read, after the wait for its lock. No index can be searched by it.</summary>
    /// <exception cref="InvalidOperationException">It is called outside a query.</exception>
    public static DateTimeOffset AtRead() => throw new InvalidOperationException("PostgreSQL's time is for queries.");
}
