namespace Warehouse.Reporting.Pdf.Figures;

/// <summary>A shape of a figure, in points from its top left corner; colours are RGB, null means none.</summary>
public abstract record Shape;

/// <summary>A straight line.</summary>
public sealed record LineShape(float X1, float Y1, float X2, float Y2, uint Color, float Width = 0.8f, bool IsDashed = false) : Shape;

/// <summary>A rectangle with rounded corners.</summary>
public sealed record RectShape(float X, float Y, float Width, float Height, uint? Fill, uint? Stroke, float StrokeWidth = 0.8f, float Radius = 0) : Shape;

/// <summary>A circle.</summary>
public sealed record CircleShape(float X, float Y, float Radius, uint? Fill, uint? Stroke, float StrokeWidth = 0.8f) : Shape;

/// <summary>A closed polygon.</summary>
public sealed record PolygonShape(IReadOnlyList<(float X, float Y)> Points, uint? Fill, uint? Stroke, float StrokeWidth = 0.8f, bool IsDashed = false) : Shape;

/// <summary>Words in a figure, shrunk to at most <paramref name="Width"/>.</summary>
public sealed record FigureText(float X, float Y, float Width, string Text, float Size, uint Color, TextAlignment Alignment = TextAlignment.Start, bool IsBold = false);

/// <summary>A drawing made of primitives, which every engine can draw.</summary>
public sealed record Figure(float Width, float Height, IReadOnlyList<Shape> Shapes, IReadOnlyList<FigureText> Texts, string AltText);
