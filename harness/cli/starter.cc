// SPDX-License-Identifier: MIT
#include "harness/cli/starter.h"

namespace procession::cli {

const std::string_view kStarter =
    R"(# A scenario: which processes there are, what each one does, in what order things must happen.
#
#   procession run FILE                                 plays it and judges what happened
#   procession explain FILE "child.print < main.print"  says why one can rely on an order
#   procession graph FILE                               draws it, with its causes
#
# The language: scenarios/README.md in Procession's source, or in share/doc/procession.
scenario: a joined child has ended, and its parent knows how

# How often it is played. Some faults show only now and then.
runs: 20

processes:
  # The first process. Its steps are taken one after the other.
  main:
    - start: child
    - print: the child is on its way
    # Waits until the child has ended. The value, its exit status, is kept as `status`.
    - {join: child, as: status}
    - {print: the parent goes on, as: goes_on}
  # A process that main starts. Without `start_method` it is forked.
  child:
    - print: the child works
    - exit: 3

expect:
  # Each of these must have a cause. What only came out so, however often, is broken.
  order:
    - main.start(child) < child.begin
    - child.print < main.goes_on
    # Try this one, too. It usually comes out so, but nothing makes it:
    # - main.print < child.print
  # What is not named here must exit with 0.
  exit: {child: 3}
  output:
    child: [the child works]
)";

}  // namespace procession::cli
