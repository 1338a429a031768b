"""What star imports of matplotlib give: all public names of `pyplot`, and numpy's with `pylab`."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

_TEXT = """
Annotation Arrow Artist AutoLocator AxLine Axes BackendFilter Button Circle Colorizer
ColorizingArtist Colormap Figure FigureBase FigureCanvasBase FigureManagerBase FixedFormatter
FixedLocator FormatStrFormatter Formatter FuncFormatter GridSpec IndexLocator Line2D LinearLocator
Locator LogFormatter LogFormatterExponent LogFormatterMathtext LogLocator MaxNLocator MouseButton
MultipleLocator Normalize NullFormatter NullLocator PolarAxes Polygon Rectangle ScalarFormatter
Slider Subplot SubplotSpec Text TickHelper Widget acorr angle_spectrum annotate arrow autoscale
autumn axes axhline axhspan axis axline axvline axvspan backend_registry bar bar_label barbs barh
bone box boxplot broken_barh cbook cla clabel clf clim close cm cohere color_sequences colorbar
colormaps connect contour contourf cool copper csd delaxes disconnect draw draw_all
draw_if_interactive ecdf errorbar eventplot figaspect figimage figlegend fignum_exists figtext
figure fill fill_between fill_betweenx findobj flag gca gcf gci get get_backend get_cmap
get_current_fig_manager get_figlabels get_fignums get_plot_commands get_scale_names getp ginput
gray grid grouped_bar hexbin hist hist2d hlines hot hsv imread imsave imshow inferno
install_repl_displayhook interactive ioff ion isinteractive jet legend locator_params loglog magma
magnitude_spectrum margins matplotlib matshow minorticks_off minorticks_on mlab new_figure_manager
nipy_spectral pause pcolor pcolormesh phase_spectrum pie pie_label pink plasma plot polar prism
psd quiver quiverkey rc rcParams rcParamsDefault rcParamsOrig rc_context rcdefaults rcsetup rgrids
savefig sca scatter sci semilogx semilogy set_cmap set_loglevel setp show specgram spring spy
stackplot stairs stem step streamplot style subplot subplot2grid subplot_mosaic subplot_tool
subplots subplots_adjust summer suptitle switch_backend table text thetagrids tick_params
ticklabel_format tight_layout title tricontour tricontourf tripcolor triplot twinx twiny
uninstall_repl_displayhook violinplot viridis vlines waitforbuttonpress winter xcorr xkcd xlabel
xlim xscale xticks ylabel ylim yscale yticks
"""
NAMES = _TEXT.split()
"""The public names of `matplotlib.pyplot` that are matplotlib's own."""


def of_numpy() -> dict[str, Any]:
    """Return numpy's names as ``from pylab import *`` gives them, in its order."""
    found: dict[str, Any] = {}
    for module in (np, np.fft, np.random, np.linalg):
        found |= {name: getattr(module, name) for name in module.__all__ if name[0] != "_"}
    kept = ("abs", "bool", "bytes", "max", "min", "pow", "round")
    return found | {name: getattr(builtins, name) for name in kept}
