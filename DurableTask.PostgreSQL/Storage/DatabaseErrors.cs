using Npgsql;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>The kinds of database errors, by what ends them.</summary>
internal enum DatabaseErrorKind
{
    /// <summary>The data of one instance cannot be stored: that instance fails, and nothing else is affected.</summary>
    OfTheInstance,

    /// <summary>A defect of the schema or a missing right: an operator has to act. The work is held and tried again slowly.</summary>
    Defect,

    /// <summary>The database is away, busy, read-only or full. The work is held and goes on when that is over.</summary>
    Outage,
}

/// <summary>
/// Classifies errors by their SQLSTATE (PostgreSQL documentation, appendix A). An error that is not known to be of the first two kinds
/// counts as an outage: an instance must never fail because of something temporary.
/// </summary>
internal static class DatabaseErrors
{
    public static DatabaseErrorKind KindOf(Exception exception) => exception switch
    {
        // Classes 22 (data exception) and 23 (integrity constraint), 54000 (a limit of the server: a value too long for it).
        PostgresException { SqlState: var state } when IsOfClass(state, "22") || IsOfClass(state, "23") || state is "54000" =>
            DatabaseErrorKind.OfTheInstance,

        // Classes 42 (syntax, undefined objects, 42501: privilege missing), 0A (feature not supported) and 3F (no such schema).
        PostgresException { SqlState: var state } when IsOfClass(state, "42") || IsOfClass(state, "0A") || IsOfClass(state, "3F") =>
            DatabaseErrorKind.Defect,

        // What cannot be turned into parameters: a text with half a surrogate pair (EncoderFallbackException), a payload over the limit.
        ArgumentException or InvalidCastException or OverflowException => DatabaseErrorKind.OfTheInstance,
        _ => DatabaseErrorKind.Outage,
    };

    private static bool IsOfClass(string sqlState, string sqlClass) => sqlState.StartsWith(sqlClass, StringComparison.Ordinal);
}
