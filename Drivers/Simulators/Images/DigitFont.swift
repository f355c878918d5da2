/// Digits of five by seven dots.
enum DigitFont {
    static let width = 5
    static let height = 7

    /// The dots that are set, from the top left corner of the digit.
    static func dots(of digit: Int) -> [(x: Int, y: Int)] {
        digits[digit].enumerated().flatMap { y, row in
            row.enumerated().compactMap { x, dot in dot == "#" ? (x, y) : nil }
        }
    }

    private static let digits = [
        [" ### ", "#   #", "#  ##", "# # #", "##  #", "#   #", " ### "],
        ["  #  ", " ##  ", "# #  ", "  #  ", "  #  ", "  #  ", "#####"],
        [" ### ", "#   #", "    #", "  ## ", " #   ", "#    ", "#####"],
        [" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "],
        ["   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "],
        ["#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "],
        ["  ## ", " #   ", "#    ", "#### ", "#   #", "#   #", " ### "],
        ["#####", "    #", "   # ", "  #  ", "  #  ", " #   ", " #   "],
        [" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "],
        [" ### ", "#   #", "#   #", " ####", "    #", "   # ", " ##  "],
    ]
}
