namespace DurableTask.PostgreSQL;

/// <summary>Why a node cannot write to its task hub.</summary>
/// <param name="Reason">The error message of the database or of the connection.</param>
/// <param name="Since">When it was first noticed.</param>
/// <param name="IsDefect">
/// <see langword="true"/> when an operator has to repair the schema or grant a right; <see langword="false"/> for an outage, which passes.
/// </param>
public sealed record TaskHubProblem(string Reason, DateTimeOffset Since, bool IsDefect);
