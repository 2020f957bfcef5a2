using System.Globalization;

namespace EmbeddedFunctions.Engine.Storage;

/// <summary>A statement that takes any number of rows: the texts that it has never change with their number, and so its plans do not.</summary>
/// <param name="Many">Takes each column as an array.</param>
/// <param name="One">Takes the values of a single row. To open an array a column is what a commit of one step would mostly consist of.</param>
internal sealed record RowsStatement(string Many, string One)
{
    /// <summary>Makes both texts.</summary>
    /// <param name="columns">How many columns the rows have: they are the parameters from the first on.</param>
    /// <param name="text">The statement, given what stands for the rows in a <c>FROM</c>.</param>
    public static RowsStatement Of(int columns, Func<string, string> text)
    {
        var parameters = string.Join(", ", Enumerable.Range(1, columns).Select(n => string.Create(CultureInfo.InvariantCulture, $"${n}")));
        return new RowsStatement(text($"unnest({parameters})"), text($"(values ({parameters}))"));
    }
}
