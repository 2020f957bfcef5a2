using System.Globalization;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>A statement that takes any number of rows. Its two texts never depend on that number, and so its plans do not either.</summary>
/// <param name="Many">Takes each column as an array.</param>
/// <param name="One">Takes the values of a single row, which spares PostgreSQL an array for each column.</param>
internal sealed record RowsStatement(string Many, string One)
{
    /// <summary>Makes both texts.</summary>
    /// <param name="template">The statement, with <c>{rows}</c> for the rows in a <c>FROM</c>, and <c>{updates}</c> for a second set of them.</param>
    /// <param name="columns">How many columns the rows have: they are the parameters from the first on.</param>
    /// <param name="updates">How many columns the second set has: they are the parameters after those of the first.</param>
    public static RowsStatement Of(string template, int columns, int updates = 0)
    {
        var rows = Parameters(1, columns);
        var second = Parameters(columns + 1, updates);
        return new RowsStatement(Between("unnest(", ")"), Between("(values (", "))"));

        string Between(string before, string after) => template
            .Replace("{rows}", before + rows + after, StringComparison.Ordinal)
            .Replace("{updates}", before + second + after, StringComparison.Ordinal);
    }

    private static string Parameters(int first, int count) =>
        string.Join(", ", Enumerable.Range(first, count).Select(n => string.Create(CultureInfo.InvariantCulture, $"${n}")));
}
