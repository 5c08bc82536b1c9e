#include "options.hpp"
#include "run.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    using namespace alleycat::sim;
    const auto parsed = parse_options(argc, argv);
    if (const auto* exit = std::get_if<EarlyExit>(&parsed)) {
        (exit->code == 0 ? std::cout : std::cerr) << exit->text << '\n';
        return exit->code;
    }
    try {
        return run(std::get<Options>(parsed));
    } catch (const std::exception& error) {
        std::cerr << "alleycat-sim: " << error.what() << '\n';
        return 1;
    }
}
