using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Atelier.Persistence;

/// <summary>Names columns, keys and foreign keys in snake case, as is usual in PostgreSQL.</summary>
internal static class SnakeCase
{
    public static void Apply(IMutableModel model)
    {
        foreach (IMutableEntityType entity in model.GetEntityTypes())
        {
            string table = entity.GetTableName()!;
            foreach (IMutableProperty property in entity.GetProperties())
                property.SetColumnName(Convert(property.Name));
            foreach (IMutableKey key in entity.GetKeys())
                key.SetName($"pk_{table}");
            foreach (IMutableForeignKey foreignKey in entity.GetForeignKeys())
                foreignKey.SetConstraintName($"fk_{table}_{foreignKey.PrincipalEntityType.GetTableName()}");
        }
    }

    private static string Convert(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
