using System.Numerics;
using AiSimulator.Painting.Scenes;
using AiSimulator.Painting.Subjects;

namespace AiSimulator.Painting;

/// <summary>Paints what an order asks for.</summary>
internal static class Painter
{
    /// <summary>Paints the scene that the order's prompt asks for.</summary>
    public static void Paint(PictureOrder order, long seed, Canvas canvas)
    {
        var series = Dice.Hash(order.Prompt, seed.ToString(), order.Seed?.ToString() ?? "");
        var brief = Brief.Of(order.Prompt, order.Index, series);
        var palette = Palette.For(brief.Hour, (int)(series % 7) + order.Index);
        var dice = Dice.For(series.ToString(), order.Index.ToString());
        var detail = order.Detail switch { PictureDetail.Low => 0.55f, PictureDetail.High => 1.5f, _ => 1f };

        var stage = new Stage(canvas, palette, brief, dice, detail);
        Scene(brief.Setting)(stage);
        Animals(stage);
        canvas.Vignette(0.28f);
    }

    /// <summary>A quiet gradient.</summary>
    public static void Plain(Canvas canvas) =>
        canvas.Fill(Brush.Vertical(0, canvas.Height, new Vector4(0.36f, 0.48f, 0.66f, 1), new Vector4(0.93f, 0.87f, 0.80f, 1)));

    /// <summary>Animals that the prompt names sit in front of whatever scene there is.</summary>
    private static void Animals(Stage stage)
    {
        if (stage.Brief.Subjects.All(s => s is not (Subject.Cat or Subject.Dog))) return;
        // Where there is no ground to sit on, there is a wall.
        if (stage.Brief.Setting is Setting.City or Setting.Sea or Setting.Space or Setting.Abstract)
            stage.Fill(Shape.Rectangle(0, stage.Height * 0.93f, stage.Width, stage.Height), Brush.Vertical(stage.Height * 0.93f, stage.Height, stage.Palette.Land(0.8f), stage.Palette.Near));
        var (foot, height) = (stage.At(stage.Dice.Next(0.4f, 0.6f), 0.95f), stage.Unit * stage.Dice.Next(0.3f, 0.38f));
        if (stage.Brief.Subjects.Contains(Subject.Cat)) Figures.Cat(stage, foot, height);
        if (stage.Brief.Subjects.Contains(Subject.Dog)) Figures.Dog(stage, foot + new Vector2(stage.Brief.Subjects.Contains(Subject.Cat) ? height : 0, 0), height);
    }

    private static Action<Stage> Scene(Setting setting) => setting switch
    {
        Setting.Beach => Beach.Paint,
        Setting.Sea => Beach.PaintSea,
        Setting.City => City.Paint,
        Setting.Forest => Forest.Paint,
        Setting.Meadow => Meadow.Paint,
        Setting.Desert => Desert.Paint,
        Setting.Space => Space.Paint,
        Setting.CoffeeTable => CoffeeTable.Paint,
        Setting.ProductStage => ProductStage.Paint,
        Setting.Road => Road.Paint,
        Setting.Abstract => AbstractArt.Paint,
        _ => Mountains.Paint,
    };
}
