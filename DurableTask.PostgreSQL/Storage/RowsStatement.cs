using System.Globalization;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>A statement that takes any number of rows. Its two texts never depend on that number, and so its plans do not either.</summary>
/// <param name="Many">Takes each column as an array.</param>
/// <param name="One">Takes the values of a single row, which spares PostgreSQL an array for each column.</param>
internal sealed record RowsStatement(string Many, string One)
{
    /// <summary>Makes both texts.</summary>
    /// <param name="template">The statement, with <c>{rows}</c> for the rows in a <c>FROM</c>.</param>
    /// <param name="columns">How many columns the rows have: they are the parameters from the first on.</param>
    public static RowsStatement Of(string template, int columns)
    {
        var parameters = string.Join(", ", Enumerable.Range(1, columns).Select(n => string.Create(CultureInfo.InvariantCulture, $"${n}")));
        return new RowsStatement(
            template.Replace("{rows}", $"unnest({parameters})", StringComparison.Ordinal),
            template.Replace("{rows}", $"(values ({parameters}))", StringComparison.Ordinal));
    }
}
